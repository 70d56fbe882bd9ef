import { Injectable, type ValidationPipeOptions } from '@nestjs/common';
import * as transformer from 'class-transformer';
import { Type } from 'class-transformer';
import * as validator from 'class-validator';
import {
  ArrayMaxSize,
  IsDate,
  IsEmail,
  IsInt,
  IsOptional,
  IsString,
  Min,
  Validate,
  ValidateNested,
  ValidatorConstraint,
} from 'class-validator';
import {
  DeadLetterQueue,
  dtoSchema,
  HandlerRegistry,
  InjectTasks,
  InvalidOptionError,
  Task,
  TasksModule,
  type DtoSchemaOptions,
  type TaskClient,
  type TaskPayload,
} from 'nestjs-tasks';
import { describe, expect, it } from 'vitest';
import { rejection } from '../unit/rejection.js';
import { nextEvent } from './next-event.js';
import { queueOf } from './queue-of.js';
import { startApp } from './start-app.js';

class Recipient {
  @IsEmail(undefined, { message: '"$value" is no address' }) to!: string;
  @IsOptional() @IsString() name?: string;

  get label(): string {
    return `${this.name ?? 'you'} <${this.to}>`;
  }
}

class SendEmail {
  @ValidateNested({ each: true }) @Type(() => Recipient) @ArrayMaxSize(2) recipients!: Recipient[];
  @IsDate() @Type(() => Date) at!: Date;
  @IsOptional() @IsInt() @Min(1) copies: number = 1;
}

/** `copies` has a default and may be left out. */
interface Email {
  recipients: { to: string; name?: string }[];
  at: string;
  copies?: number;
}

const Schema = dtoSchema<SendEmail, Email>(SendEmail, { whitelist: true });

@Injectable()
class EmailTasks {
  readonly seen: SendEmail[] = [];

  @Task({ name: 'send-email', schema: Schema })
  send(email: TaskPayload<typeof Schema>): string[] {
    this.seen.push(email);
    return email.recipients.map(({ label }) => label);
  }
}

@Injectable()
class Caller {
  constructor(@InjectTasks(EmailTasks) readonly emails: TaskClient<EmailTasks>) {}
}

const AT = '2030-01-01T00:00:00.000Z';
const EMAIL: Email = { recipients: [{ to: 'ada@example.com', name: 'Ada' }], at: AT };
const start = () => startApp({ imports: [TasksModule.forRoot()], providers: [EmailTasks, Caller] });

/** An app where `odd` has the schema, and a way to put a job into its queue that nobody checks. */
async function withOdd(options: DtoSchemaOptions = {}) {
  const seen: unknown[] = [];
  const app = await startApp({ imports: [TasksModule.forRoot()] });
  app.get(HandlerRegistry).register('odd', (email) => void seen.push(email), {
    schema: dtoSchema(SendEmail, options),
  });
  const queue = queueOf(app);
  const slip = (payload: unknown) =>
    queue.backend.enqueue([
      {
        queue: queue.name,
        id: 'old',
        name: 'odd',
        payload: JSON.stringify(payload),
        codec: 'json',
        version: 1,
        priority: 5,
        maxRetries: 3,
      },
    ]);
  return { app, queue, seen, slip };
}

describe('A task whose schema is a class of class-validator', () => {
  it('gets an instance of the class, nested ones too, and stores what it was given', async () => {
    const app = await start();
    const job = await app.get(Caller).emails.send.delay(EMAIL);
    await expect(job.result()).resolves.toEqual(['Ada <ada@example.com>']);
    const [email] = app.get(EmailTasks).seen;
    expect(email).toBeInstanceOf(SendEmail);
    expect(email?.recipients[0]).toBeInstanceOf(Recipient);
    expect(email).toMatchObject({ at: new Date(AT), copies: 1 });
    expect((await job.refresh()).payload).toEqual(EMAIL);
  });

  it('takes an instance from its caller, too', async () => {
    const { queue, seen } = await withOdd();
    const email = Object.assign(new SendEmail(), { recipients: [new Recipient()], at: new Date(AT) });
    Object.assign(email.recipients[0] as Recipient, { to: 'ada@example.com' });
    await (await queue.enqueue('odd', email)).result();
    expect(seen).toEqual([email]);
  });

  it('never sees a payload that breaks the rules: its caller hears of each, by its path and without its values', async () => {
    const app = await start();
    const bad = { recipients: [{ to: 'S3CRET-address' }], at: AT, copies: 0 };
    const refused = await rejection(app.get(Caller).emails.send.delay(bad));
    expect(refused).toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [
        { path: 'recipients.0.to', message: '… is no address' },
        { path: 'copies', message: 'copies must not be less than 1' },
      ],
    });
    expect(JSON.stringify([refused.message, refused])).not.toContain('S3CRET');
    expect(await queueOf(app).count()).toBe(0);
  });

  it.each([
    ['nothing', undefined],
    ['null', null],
    ['a text', 'ada@example.com'],
    ['a list', [EMAIL]],
  ])('refuses %s', async (_, payload) => {
    const { queue } = await withOdd();
    await expect(queue.enqueue('odd', payload)).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [{ path: '', message: 'must be an object' }],
    });
  });

  it('keeps what no rule names from the handler with `whitelist`, and refuses it with `forbidNonWhitelisted`', async () => {
    const app = await start();
    const more = { ...EMAIL, isAdmin: true };
    await (await app.get(Caller).emails.send.delay(more)).result();
    expect(Object.keys(app.get(EmailTasks).seen[0] ?? {}).toSorted()).toEqual(['at', 'copies', 'recipients']);

    const { queue } = await withOdd({ whitelist: true, forbidNonWhitelisted: true });
    await expect(queue.enqueue('odd', more)).rejects.toMatchObject({
      issues: [{ path: 'isAdmin', message: 'property isAdmin should not exist' }],
    });
  });

  it('is a dead letter at once when what is stored does not fit, told without the payload, and can be corrected', async () => {
    const { app, queue, seen, slip } = await withOdd();
    const failed = nextEvent(app, 'failed');
    await slip({ ...EMAIL, recipients: [{ to: 'S3CRET-address' }] });
    await expect(failed).resolves.toMatchObject({ attempt: 1, reason: { code: 'TASKS_PAYLOAD_MISMATCH' } });
    const letters = app.get(DeadLetterQueue);
    const { error } = (await letters.get('old')) ?? {};
    expect(error?.message).toContain('recipients.0.to: … is no address');
    expect(JSON.stringify(error)).not.toContain('S3CRET');
    expect(seen).toEqual([]);

    await letters.retry('old', { payload: EMAIL });
    await (await queue.get('old'))?.result();
    expect(seen).toEqual([expect.any(SendEmail)]);
  });

  it('is made and checked once a run', async () => {
    let made = 0;
    let checked = 0;
    @ValidatorConstraint()
    class Counter {
      validate = (): boolean => ++checked > 0;
    }
    class Counted {
      @Validate(Counter)
      to!: string;
      constructor() {
        made++;
      }
    }
    const { app, queue } = await withOdd();
    app.get(HandlerRegistry).register('counted', () => {}, { schema: dtoSchema(Counted) });
    const job = await queue.enqueue('counted', { to: 'ada' });
    await job.result();
    // Once when it was enqueued, once when it ran.
    expect({ made, checked }).toEqual({ made: 2, checked: 2 });
  });
});

describe('dtoSchema', () => {
  it('takes the options of the pipe of the app, and leaves aside what is about HTTP', async () => {
    const ofTheApp: ValidationPipeOptions = {
      transform: false,
      disableErrorMessages: true,
      expectedType: Recipient,
      validationError: { target: true, value: true },
      exceptionFactory: (): never => {
        throw new Error('a page of HTML');
      },
    };
    const { queue, seen } = await withOdd(ofTheApp);
    await (await queue.enqueue('odd', EMAIL)).result();
    expect(seen).toEqual([expect.any(SendEmail)]);
    await expect(queue.enqueue('odd', { ...EMAIL, copies: 0 })).rejects.toMatchObject({
      issues: [{ path: 'copies' }],
    });
  });

  it('takes packages that the app hands it', async () => {
    let used = 0;
    const validatorPackage: DtoSchemaOptions['validatorPackage'] = {
      ...validator,
      validate: (...args) => (used++, validator.validate(...(args as [object]))),
    };
    const { queue } = await withOdd({ validatorPackage, transformerPackage: transformer });
    await queue.enqueue('odd', EMAIL);
    expect(used).toBe(1);
  });

  it('tells a validator that throws from a payload that is bad', async () => {
    @ValidatorConstraint()
    class Throwing {
      validate(): boolean {
        throw new Error('no database');
      }
    }
    class Broken {
      @Validate(Throwing)
      to!: string;
    }
    const { app, queue } = await withOdd();
    app.get(HandlerRegistry).register('broken', () => {}, { schema: dtoSchema(Broken) });
    await expect(queue.enqueue('broken', { to: 'ada' })).rejects.toMatchObject({
      code: 'TASKS_VALIDATION',
      issues: [],
      cause: { message: 'no database' },
    });
  });

  it.each([Object, String, Array, Date, 'SendEmail', undefined])(
    'refuses %s, by which nothing is checked',
    (dto) => {
      expect(() => dtoSchema(dto as never)).toThrow(InvalidOptionError);
    },
  );
});
