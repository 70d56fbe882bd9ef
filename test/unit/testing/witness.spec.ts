import { describe, expect, it } from 'vitest';
import { createMemoryBackend } from '../../../lib/backends/memory/index.js';
import type { JobRecord, QueueBackend } from '../../../lib/contract/index.js';
import { aJob, ManualClock } from '../../../lib/testing/index.js';
import { Witness } from '../../../lib/testing/witness/witness.js';
import { WitnessBook } from '../../../lib/testing/witness/witness-book.js';
import { ForwardingQueue } from '../../contract/broken/forwarding-queue.js';

const ask = { worker: 'worker', lease: 1_000, take: [{ queue: 'mail', limit: 5 }] };

/** A watched memory backend, its clock, and what stands between both. */
function watch(Between: new (sound: QueueBackend) => ForwardingQueue = ForwardingQueue) {
  const clock = new ManualClock(0);
  const { queue } = createMemoryBackend({ name: 'memory', type: 'memory', options: {}, clock });
  queue.declare([{ name: 'mail' }]);
  const elapsed = () => clock.now();
  const witness = new Witness(new Between(queue), new WitnessBook(elapsed), elapsed);
  return { witness, clock };
}

/** A backend that tells something else about the records that it gives out. */
const telling = (change: (record: JobRecord) => Partial<JobRecord>) =>
  class extends ForwardingQueue {
    override async get(...args: Parameters<QueueBackend['get']>) {
      return (await super.get(...args)).map((record) => record && { ...record, ...change(record) });
    }
  };

describe('the witness', () => {
  it('lets a sound backend pass, through a whole life', async () => {
    const { witness, clock } = watch();
    await witness.enqueue([aJob({ queue: 'mail' })]);
    await witness.claim(ask);
    await clock.advance(1_000);
    const { jobs } = await witness.claim(ask);
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    expect((await witness.claim({ ...ask, settle })).verdicts).toEqual(['applied']);
  });

  it('sees a move that no call explains', async () => {
    let revives = false;
    const Reviving = telling(() => (revives ? { state: 'pending', finishedAt: undefined as never } : {}));
    const { witness } = watch(Reviving);
    await witness.enqueue([aJob({ queue: 'mail' })]);
    const { jobs } = await witness.claim(ask);
    const settle = jobs.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } as const }));
    await witness.claim({ ...ask, settle });
    revives = true;
    await expect(witness.pause('mail')).rejects.toThrow(
      'went from completed to pending, which no legal move of look explains',
    );
  });

  it('sees a job that was lost', async () => {
    class Losing extends ForwardingQueue {
      override async get(...[jobs]: Parameters<QueueBackend['get']>) {
        return jobs.map(() => undefined);
      }
    }
    const { witness } = watch();
    const job = aJob({ queue: 'mail' });
    await witness.enqueue([job]);
    const book = new WitnessBook(() => 0);
    const lossy = new Witness(new Losing(witness), book, () => 0);
    book.watch(job);
    await book.during('enqueue', witness, async () => undefined);
    await expect(lossy.pause('mail')).rejects.toThrow('went from pending to nowhere');
  });

  it('sees a fence that falls', async () => {
    let falls = false;
    const { witness } = watch(telling(({ fence }) => (falls ? { fence: '0' } : { fence: `1${fence}` })));
    await witness.enqueue([aJob({ queue: 'mail' })]);
    falls = true;
    await expect(witness.pause('mail')).rejects.toThrow('the fence of job');
  });

  it('sees a job in two hands', async () => {
    class Twice extends ForwardingQueue {
      private reply: ReturnType<QueueBackend['claim']> | undefined;

      override claim(...args: Parameters<QueueBackend['claim']>) {
        this.reply ??= super.claim(...args);
        return this.reply;
      }
    }
    const { witness } = watch(Twice);
    await witness.enqueue([aJob({ queue: 'mail' })]);
    await witness.claim(ask);
    await expect(witness.claim(ask)).rejects.toThrow('while its lease has 1000 ms left');
  });

  it('sees more jobs than were asked for', async () => {
    class Greedy extends ForwardingQueue {
      override claim(...[request]: Parameters<QueueBackend['claim']>) {
        return super.claim({ ...request, take: request.take.map((take) => ({ ...take, limit: 50 })) });
      }
    }
    const { witness } = watch(Greedy);
    await witness.enqueue(Array.from({ length: 6 }, () => aJob({ queue: 'mail' })));
    await expect(witness.claim(ask)).rejects.toThrow('more jobs of mail were handed out');
  });

  it('sees a verdict that is missing', async () => {
    class Silent extends ForwardingQueue {
      override async enqueue() {
        return [];
      }
    }
    const { witness } = watch(Silent);
    await expect(witness.enqueue([aJob({ queue: 'mail' })])).rejects.toThrow('one verdict for each job');
  });

  it.each([
    ['a state that is none', { state: 'expired' as never }, 'to expired'],
    ['a fence that is no number', { fence: 'abc' }, 'decimal'],
    ['a pending job with an end', { finishedAt: 1 }, 'finishedAt'],
    ['attempts below none', { attempt: -1 }, 'attempt -1'],
    ['stalls in halves', { stalls: 0.5 }, 'stalls 0.5'],
  ])('sees %s', async (_what, change, said) => {
    const { witness } = watch(telling(() => change));
    await expect(witness.enqueue([aJob({ queue: 'mail' })])).rejects.toThrow(said);
  });
});
