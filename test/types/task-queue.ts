import {
  Task,
  type EnqueueRequest,
  type EnqueueTarget,
  type Job,
  type QueueRegistry,
  type TaskClient,
  type TaskContext,
  type TaskPayload,
  type TaskQueue,
} from 'nestjs-tasks';
import { z } from 'zod';
import { same } from './same.js';

interface SendEmail {
  readonly to: string;
}
const Reminder = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) });

class EmailTasks {
  readonly sender = 'ada';

  @Task('send-email')
  async send(email: SendEmail, ctx: TaskContext): Promise<{ sentAt: Date }> {
    return { sentAt: new Date(email.to.length + ctx.attempt) };
  }
  @Task()
  digest(): number {
    return 1;
  }
  @Task({ schema: Reminder })
  remind(_reminder: TaskPayload<typeof Reminder>): void {}
}

/* By payloads: what the module that enqueues knows of a handler in another process. */
declare const byPayload: TaskQueue<{
  'send-email': SendEmail;
  clean: void;
  note: string | undefined;
  sum: { amount: bigint };
  anything: unknown;
}>;
const sent = byPayload.enqueue('send-email', { to: 'ada' }, { delay: '1h' });
export const address: Promise<string> = sent.then((job) => job.payload.to);
export const result: Promise<unknown> = sent.then((job) => job.result());
void byPayload.enqueue('clean');
void byPayload.enqueue('clean', undefined, { priority: 5 });
void byPayload.enqueue('note');
void byPayload.enqueue('note', 'x');
void byPayload.enqueue('anything');
void byPayload.enqueue('anything', { any: ['thing'] });
// @ts-expect-error: a name that the map does not have
void byPayload.enqueue('send-mail', { to: 'ada' });
// @ts-expect-error: a wrong payload
void byPayload.enqueue('send-email', { to: 5 });
// @ts-expect-error: a property too many
void byPayload.enqueue('send-email', { to: 'ada', cc: 'bob' });
// @ts-expect-error: the payload is missing
void byPayload.enqueue('send-email');
// @ts-expect-error: it takes none
void byPayload.enqueue('clean', 5);
// @ts-expect-error: an option that does not exist
void byPayload.enqueue('send-email', { to: 'ada' }, { priorty: 5 });
// @ts-expect-error: JSON has no bigint
void byPayload.enqueue('sum', { amount: 5n });

/* By methods: the result is known, too, and of a schema what it takes. */
declare const byMethod: TaskQueue<{ 'send-email': EmailTasks['send']; remind: EmailTasks['remind'] }>;
const done = byMethod.enqueue('send-email', { to: 'ada' });
export const sentAt: Promise<string> = done.then(async (job) => (await job.result()).sentAt);
void byMethod.enqueue('remind', { at: '2030-01-01T00:00:00Z' });
// @ts-expect-error: what the schema gives is not what it takes
void byMethod.enqueue('remind', { at: new Date() });
// @ts-expect-error: a wrong payload
void byMethod.enqueue('send-email', { to: 5 });

/* By a class whose tasks are called like their methods, and by several. */
declare const byClass: TaskQueue<Pick<EmailTasks, 'digest' | 'remind'> & { clean: void }>;
export const count: Promise<number> = byClass.enqueue('digest').then((job) => job.result());
void byClass.enqueue('clean');
// @ts-expect-error: its task is not called so
void byClass.enqueue('send', { to: 'ada' });

/* Many at once, each by its name. */
void byPayload.enqueueMany([
  { name: 'send-email', payload: { to: 'ada' }, idempotencyKey: 'a' },
  { name: 'clean' },
  { name: 'note', payload: undefined },
]);
declare const users: readonly { email: string }[];
void byPayload.enqueueMany(
  users.map(({ email }) => ({ name: 'send-email' as const, payload: { to: email } })),
);
// @ts-expect-error: a wrong payload
void byPayload.enqueueMany([{ name: 'send-email', payload: { to: 5 } }]);
// @ts-expect-error: the payload of another task
void byPayload.enqueueMany([{ name: 'note', payload: { to: 'ada' } }]);
// @ts-expect-error: the payload is missing
void byPayload.enqueueMany([{ name: 'send-email' }]);
// @ts-expect-error: a name that the map does not have
void byPayload.enqueueMany([{ name: 'send-mail', payload: { to: 'ada' } }]);

/* Without a map: any name, any payload. */
declare const plain: TaskQueue;
declare const name: string;
const any = plain.enqueue(name, { any: ['thing'] }, { delay: 5 });
same<Awaited<typeof any>['payload'], unknown>(true);
void plain.enqueue(name);
declare const requests: readonly EnqueueRequest[];
void plain.enqueueMany(requests);
// @ts-expect-error: a name is a text
void plain.enqueue(5);

/* A queue with a map goes wherever a queue goes, and what the registry gives can be called one. */
declare const client: TaskClient<EmailTasks>;
declare const registry: QueueRegistry;
void client.send.applyAsync(byPayload, { to: 'ada' });
export const target: EnqueueTarget = byMethod;
export const loose: TaskQueue = byPayload;
export const known: TaskQueue<{ 'send-email': SendEmail }> = registry.get('notifications');
same<ReturnType<(typeof registry)['all']>, TaskQueue[]>(true);
export const job: Promise<Job> = byPayload.enqueue('send-email', { to: 'ada' });
