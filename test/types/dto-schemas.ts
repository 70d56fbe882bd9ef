import { IsDate, IsEmail, IsInt, IsOptional, ValidateNested } from 'class-validator';
import { Type } from 'class-transformer';
import {
  dtoSchema,
  Task,
  type HandlerRegistry,
  type PayloadOf,
  type SchemaInput,
  type SchemaOutput,
  type TaskClient,
  type TaskManager,
  type TaskPayload,
} from 'nestjs-tasks';
import type { ValidationPipeOptions } from '@nestjs/common';
import { same } from './same.js';

class Address {
  @IsEmail() to!: string;
  @IsOptional() name?: string;
}
class SendEmail {
  @ValidateNested() @Type(() => Address) address!: Address;
  @IsInt() copies!: number;
}
class Reminder {
  @IsDate() @Type(() => Date) at!: Date;
  @ValidateNested() @Type(() => Address) people!: Address[];
  #seen = 0;
  isDue(now: Date): boolean {
    return this.at <= now && this.#seen++ === 0;
  }
}

const Plain = dtoSchema(SendEmail);
const Due = dtoSchema(Reminder);
const Said = dtoSchema<Reminder, { at: number }>(Reminder);
declare const ofTheApp: ValidationPipeOptions;
export const asTheApp = dtoSchema(SendEmail, ofTheApp);
// @ts-expect-error: what is about HTTP has no effect
export const http = dtoSchema(SendEmail, { errorHttpStatusCode: 422 });
// @ts-expect-error: an object is no class
export const noClass = dtoSchema({});

/* What goes in is plain, what comes out is the class. */
same<SchemaInput<typeof Plain>, { address: { to: string; name?: string }; copies: number }>(true);
same<SchemaOutput<typeof Plain>, SendEmail>(true);
same<SchemaInput<typeof Due>, { at: string; people: { to: string; name?: string }[] }>(true);
same<SchemaOutput<typeof Due>, Reminder>(true);
same<SchemaInput<typeof Said>, { at: number }>(true);
same<PayloadOf<(payload: TaskPayload<typeof Due>) => void>, SchemaInput<typeof Due>>(true);

class Tasks {
  @Task({ schema: dtoSchema(SendEmail), maxRetries: 2, idempotencyKey: ({ address }) => address.to })
  send(email: SendEmail): string {
    return email.address.to;
  }
  @Task({ schema: Due })
  remind(reminder: TaskPayload<typeof Due>): boolean {
    return reminder.isDue(new Date());
  }
  @Task({ schema: Said })
  said(reminder: TaskPayload<typeof Said>): boolean {
    return reminder.isDue(new Date());
  }

  // @ts-expect-error: callers would enqueue a Date, and a method: TaskPayload is missing
  @Task({ schema: Due })
  outputAlone(_reminder: Reminder): void {}
  // @ts-expect-error: the class has no such field
  @Task({ schema: Plain })
  missing(_email: SendEmail & { subject: string }): void {}
  // @ts-expect-error: another class
  @Task({ schema: Plain })
  other(_reminder: TaskPayload<typeof Due>): void {}
}

declare const client: TaskClient<Tasks>;
declare const manager: TaskManager;
declare const registry: HandlerRegistry;

void client.send.delay({ address: { to: 'ada@example.com' }, copies: 1 });
void client.send.delay(new SendEmail());
// @ts-expect-error: a field is missing
void client.send.delay({ address: { to: 'ada@example.com' } });
void client.remind.delay({ at: '2030-01-01T00:00:00Z', people: [{ to: 'ada@example.com' }] });
// @ts-expect-error: a Date travels as a text
void client.remind.delay({ at: new Date(), people: [] });
void client.said.delay({ at: 0 });
void manager.enqueue(Tasks.prototype.send, { address: { to: 'ada@example.com' }, copies: 1 });
registry.register('remind', (reminder) => reminder.isDue(new Date()), { schema: Due });
