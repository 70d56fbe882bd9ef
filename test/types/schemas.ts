import { type } from 'arktype';
import {
  Task,
  type HandlerRegistry,
  type PayloadOf,
  type SchemaInput,
  type SchemaOutput,
  type Serialized,
  type TaskClient,
  type TaskContext,
  type TaskManager,
  type TaskOptions,
  type TaskPayload,
  type TaskSchema,
} from 'nestjs-tasks';
import * as v from 'valibot';
import { z } from 'zod';
import { same } from './same.js';

const Email = z.object({ to: z.email(), copies: z.number().optional() });
const Reminder = z.object({ to: z.string(), at: z.iso.datetime().transform((text) => new Date(text)) });
const Defaulted = z.object({ to: z.string(), copies: z.number().default(1) });
const Either = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('day'), at: z.iso.date().transform((text) => new Date(text)) }),
  z.object({ kind: z.literal('now') }),
]);
const Cents = z.string().transform((text) => Number(text));
const Optional = z.object({ at: z.string().transform(Number) }).optional();
const OfValibot = v.object({
  at: v.pipe(
    v.string(),
    v.transform((text) => text.length),
  ),
});
const OfArktype = type({ at: 'string.numeric.parse' });

/* The parameter of a handler: the schema's output, which remembers what was enqueued where that is something else. */
same<TaskPayload<typeof Email>, { to: string; copies?: number | undefined }>(true);
same<PayloadOf<(payload: TaskPayload<typeof Email>) => void>, z.input<typeof Email>>(true);
same<PayloadOf<(payload: TaskPayload<typeof Reminder>) => void>, { to: string; at: string }>(true);
same<
  PayloadOf<(payload: TaskPayload<typeof Defaulted>) => void>,
  { to: string; copies?: number | undefined }
>(true);
same<PayloadOf<(payload: TaskPayload<typeof Either>) => void>, z.input<typeof Either>>(true);
same<PayloadOf<(payload: TaskPayload<typeof Cents>) => void>, string>(true);
same<PayloadOf<(payload: TaskPayload<typeof Optional>) => void>, { at: string } | undefined>(true);
same<PayloadOf<(payload?: TaskPayload<typeof Reminder>) => void>, { to: string; at: string } | undefined>(
  true,
);
same<PayloadOf<(payload: TaskPayload<typeof OfValibot>) => void>, { at: string }>(true);
same<PayloadOf<(payload: TaskPayload<typeof OfArktype>) => void>, { at: string }>(true);
same<SchemaInput<typeof Reminder>, { to: string; at: string }>(true);
same<SchemaOutput<typeof Reminder>, { to: string; at: Date }>(true);
/* It is the output to the handler, and a plain one will do where the method is called as a method. */
export const out = (payload: TaskPayload<typeof Reminder>): { to: string; at: Date } => payload;
export const sum = (cents: TaskPayload<typeof Cents>): number => cents + 1;
export const narrowed = (either: TaskPayload<typeof Either>): number =>
  either.kind === 'day' ? either.at.getTime() : 0;
export const plain: TaskPayload<typeof Reminder> = { to: 'ada', at: new Date() };
/* As a result it is what the codec makes of it, without the mark. */
same<Serialized<TaskPayload<typeof Reminder>>['at'], string>(true);
same<keyof Serialized<TaskPayload<typeof Reminder>>, 'to' | 'at'>(true);

class Tasks {
  /* What fits. */
  @Task({ name: 'send', schema: Email, idempotencyKey: (email) => email.to, maxRetries: 5 })
  send(_email: z.output<typeof Email>, _ctx: TaskContext): void {}
  @Task({ schema: Email })
  wider(_email: { to: string }): void {}
  @Task({ schema: Reminder })
  remind(reminder: TaskPayload<typeof Reminder>): number {
    return reminder.at.getTime();
  }
  @Task({ schema: Defaulted })
  stricter(_email: { to: string; copies: number }): void {}
  @Task({ schema: Defaulted })
  defaulted(email: TaskPayload<typeof Defaulted>): number {
    return email.copies;
  }
  @Task({ schema: Either })
  either(_either: TaskPayload<typeof Either>): void {}
  @Task({ schema: Cents })
  pay(cents: TaskPayload<typeof Cents>): number {
    return cents * 2;
  }
  @Task({ schema: Optional })
  perhaps(_payload: TaskPayload<typeof Optional>): void {}
  @Task({ schema: OfValibot })
  valibot(payload: TaskPayload<typeof OfValibot>): number {
    return payload.at;
  }
  @Task({ schema: OfArktype })
  arktype(payload: TaskPayload<typeof OfArktype>): number {
    return payload.at;
  }

  /* What does not. */
  // @ts-expect-error: callers would enqueue anything
  @Task({ schema: Email })
  // oxlint-disable-next-line typescript/no-explicit-any -- it is what is tested
  untyped(_email: any): void {}
  // @ts-expect-error: the schema gives a text, the method takes a number
  @Task({ schema: Email })
  wrongField(_email: { to: number }): void {}
  // @ts-expect-error: the schema gives no such field
  @Task({ schema: Email })
  missingField(_email: { to: string; subject: string }): void {}
  // @ts-expect-error: callers would enqueue a Date where the schema takes a text: TaskPayload is missing
  @Task({ schema: Reminder })
  outputAlone(_reminder: z.output<typeof Reminder>): void {}
  // @ts-expect-error: callers would enqueue anything
  @Task({ schema: Email })
  anything(_email: unknown): void {}
  // @ts-expect-error: callers would enqueue nothing, and the schema takes something
  @Task({ schema: Email })
  nothing(): void {}
  // @ts-expect-error: callers could leave the payload out
  @Task({ schema: Email })
  optional(_email?: z.output<typeof Email>): void {}
  // @ts-expect-error: the handler may get undefined
  @Task({ schema: Optional })
  required(_payload: { at: number }): void {}
  // @ts-expect-error: a schema of valibot, the parameter of another
  @Task({ schema: OfValibot })
  mixed(_payload: TaskPayload<typeof OfArktype> & { to: string }): void {}
  // @ts-expect-error: an option that does not exist, also beside a schema
  @Task({ schema: Email, priorty: 5 })
  mistyped(_email: z.output<typeof Email>): void {}
  // @ts-expect-error: no schema
  @Task({ schema: { parse: () => 1 } })
  noSchema(_email: { to: string }): void {}
  // @ts-expect-error: the key is made of what the schema takes
  @Task({ schema: Email, idempotencyKey: (email: { id: string }) => email.id })
  wrongKey(_email: z.output<typeof Email>): void {}
}

declare const client: TaskClient<Tasks>;
declare const manager: TaskManager;
declare const registry: HandlerRegistry;

/* Clients take the schema's input. */
void client.send.delay({ to: 'ada' });
void client.remind.delay({ to: 'ada', at: '2030-01-01T00:00:00Z' });
// @ts-expect-error: what the schema gives is not what it takes
void client.remind.delay({ to: 'ada', at: new Date() });
void client.defaulted.delay({ to: 'ada' });
// @ts-expect-error: the method says that it needs it
void client.stricter.delay({ to: 'ada' });
void client.either.delay({ kind: 'day', at: '2030-01-01' });
void client.pay.delay('5');
// @ts-expect-error: what the schema gives
void client.pay.delay(5);
void client.perhaps.delay();
void client.valibot.delay({ at: 'x' });
void client.arktype.delay({ at: '5' });
void client.remind.signature({ to: 'ada', at: '2030-01-01T00:00:00Z' });
void manager.enqueue(Tasks.prototype.remind, { to: 'ada', at: '2030-01-01T00:00:00Z' });
// @ts-expect-error: what the schema gives is not what it takes
void manager.enqueue(Tasks.prototype.remind, { to: 'ada', at: new Date() });

/* What the schema takes must travel, too. */
const Amount = z.object({ amount: z.bigint() });
class Payments {
  @Task({ schema: Amount })
  pay(_payload: TaskPayload<typeof Amount>): void {}
}
declare const payments: TaskClient<Payments>;
// @ts-expect-error: JSON has no bigint
void payments.pay.delay({ amount: 5n });

/* A function gets what the schema of its options makes. */
registry.register('remind', (reminder, ctx) => reminder.at.getTime() + ctx.attempt, { schema: Reminder });
registry.register('remind', (reminder: { at: Date }) => reminder.at, { schema: Reminder });
// @ts-expect-error: the schema gives a Date
registry.register('remind', (reminder: { at: string }) => reminder.at, { schema: Reminder, maxRetries: 1 });
registry.register('plain', (payload: { to: string }) => payload.to, { maxRetries: 1 });

/* Options can be built up; then the schema is not known to the compiler. */
export const options: TaskOptions = { schema: Email };
export class Loose {
  @Task(options)
  send(_email: { to: string }): void {}
}
export const anySchema = (schema: TaskSchema): TaskOptions => ({ schema });
