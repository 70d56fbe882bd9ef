import {
  JobTemplate,
  Priority,
  Task,
  type EnqueueOptions,
  type Job,
  type TaskClient,
  type TaskContext,
  type TaskHandle,
  type TaskManager,
  type TaskOptions,
  type TaskQueue,
  type TaskSignature,
} from 'nestjs-tasks';
import { same } from './same.js';

interface Email {
  readonly to: string;
  readonly at?: string;
}
interface Tree {
  readonly children: readonly Tree[];
}

/** What a pipe makes of the payload is not known to the compiler, nor are options of this type. */
const piped: TaskOptions = {};

class Tasks {
  value = 1;

  @Task()
  async send(email: Email, ctx: TaskContext): Promise<{ sentAt: Date }> {
    return { sentAt: new Date(ctx.attempt + email.to.length) };
  }
  @Task()
  digest(): number {
    return this.value;
  }
  @Task()
  tick(_payload: undefined, ctx: TaskContext): string {
    return ctx.fence;
  }
  @Task()
  optional(_email?: Email): void {}
  @Task()
  anything(payload: unknown): unknown {
    return payload;
  }
  @Task()
  either(payload: 'a' | number): string {
    return String(payload);
  }
  @Task(piped)
  dated(_payload: { when: Date }): void {}
  @Task(piped)
  big(_payload: { amount: bigint }): void {}
  @Task(piped)
  mapped(_payload: Map<string, string>): void {}
  @Task()
  tree(_payload: Tree): void {}
}

declare const client: TaskClient<Tasks>;
declare const queue: TaskQueue;
declare const manager: TaskManager;

/* Every method is a handle, typed from it; what is no method is not there. */
same<(typeof client)['send'], TaskHandle<Email, { sentAt: string }>>(true);
same<(typeof client)['digest'], TaskHandle<void, number>>(true);
// @ts-expect-error: a field is no task
export const field = client.value;
// @ts-expect-error: there is no such method
export const missing = client.sned;
// @ts-expect-error: a client cannot be changed
client.send = client.digest;

/* A payload of the right type, options, and a handle with the result as the codec carries it. */
const sent = client.send.delay({ to: 'ada' });
same<typeof sent, Promise<Job<Email, { sentAt: string }>>>(true);
export const result: Promise<{ sentAt: string }> = sent.then((job) => job.result());
export const address: Promise<string> = sent.then((job) => job.payload.to);
void client.send.delay(
  { to: 'ada' },
  { delay: '1h', priority: Priority.HIGH, dependsOn: ['a', { queue: 'q', id: 'i' }] },
);
void client.send.delay({ to: 'ada', at: '2030-01-01' });
// @ts-expect-error: the handler takes a text
void client.send.delay({ to: 'ada', at: new Date() });
void sent.then((job) => client.digest.delay(undefined, { dependsOn: job }));

// @ts-expect-error: the payload is missing
void client.send.delay();
// @ts-expect-error: a wrong payload
void client.send.delay({ to: 5 });
// @ts-expect-error: a property too many
void client.send.delay({ to: 'ada', cc: 'bob' });
// @ts-expect-error: an option that does not exist
void client.send.delay({ to: 'ada' }, { priorty: 5 });
// @ts-expect-error: a queue is chosen by applyAsync
void client.send.delay({ to: 'ada' }, { queue: 'bulk' });
// @ts-expect-error: a third argument
void client.send.delay({ to: 'ada' }, {}, {});

/* Tasks without a payload. */
void client.digest.delay();
void client.digest.delay(undefined, { delay: 5 });
void client.tick.delay();
// @ts-expect-error: it takes none
void client.digest.delay(5);

/* Tasks whose payload may be left out, may be anything, or is one of several. */
void client.optional.delay();
void client.optional.delay({ to: 'ada' });
void client.anything.delay({ any: ['thing'] });
void client.either.delay('a');
void client.either.delay(5);
// @ts-expect-error: neither
void client.either.delay('b');

/* What the codec cannot carry does not compile; what it changes does. */
void client.dated.delay({ when: new Date() });
void client.tree.delay({ children: [{ children: [] }] });
// @ts-expect-error: JSON has no bigint
void client.big.delay({ amount: 5n });
// @ts-expect-error: a Map would arrive empty
void client.mapped.delay(new Map());

/* A queue of choice, and the call as a value. */
const applied = client.send.applyAsync(queue, { to: 'ada' }, { delay: 5 });
same<typeof applied, Promise<Job<Email, { sentAt: string }>>>(true);
// @ts-expect-error: a queue, not its name
void client.send.applyAsync('bulk', { to: 'ada' });
// @ts-expect-error: a wrong payload
void client.send.applyAsync(queue, { to: 5 });

const call = client.send.signature({ to: 'ada' });
same<typeof call, TaskSignature<Email, { sentAt: string }>>(true);
// @ts-expect-error: a wrong payload
export const wrong = client.send.signature({ to: 5 });

/* TaskManager: by method, by name, by a call that was made before. */
const managed = manager.enqueue(Tasks.prototype.send, { to: 'ada' }, { queue: 'bulk' });
same<typeof managed, Promise<Job<Email, { sentAt: string }>>>(true);
const again = manager.enqueue(call, { priority: 1 });
same<typeof again, Promise<Job<Email, { sentAt: string }>>>(true);
void manager.enqueue('send-email', { to: 5 }, { queue: 'bulk' });
void manager.enqueue(new JobTemplate<Email, string>('send-email', { to: 'ada' }));
// @ts-expect-error: a wrong payload
void manager.enqueue(Tasks.prototype.send, { to: 5 });
// @ts-expect-error: the payload is missing
void manager.enqueue(Tasks.prototype.send);
// @ts-expect-error: JSON has no bigint
void manager.enqueue(Tasks.prototype.big, { amount: 5n });

/* TaskQueue, by name. */
export const job: Promise<Job> = queue.enqueue('send-email', { to: 'ada' }, { delay: '1h' });
export const jobs: Promise<readonly Job[]> = queue.enqueueMany([
  { name: 'a', payload: 1, priority: 5 },
  { name: 'b' },
]);
// @ts-expect-error: an option that does not exist
void queue.enqueue('send-email', {}, { priorty: 5 });
// @ts-expect-error: a request needs its name
void queue.enqueueMany([{ payload: 1 }]);
// @ts-expect-error: a delay is a number, a text or a date
void queue.enqueue('a', 1, { delay: true });
// @ts-expect-error: not a status
void queue.count('dead');
export const one = queue.dequeue({ lease: '1m' }).then((taken) => taken?.ack());
export const many = queue.dequeue({ max: 5 }).then((taken) => taken.length);
// @ts-expect-error: it may be that there is none
export const none = queue.dequeue().then((taken) => taken.id);

/** Options can be built up. */
export const options: EnqueueOptions = { id: 'a', timeout: undefined, scheduleAt: new Date() };

/** A handle of unknown types takes any of them. */
export const loose: Promise<Job> = sent;
