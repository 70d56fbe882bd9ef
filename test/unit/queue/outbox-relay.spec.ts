import { describe, expect, it } from 'vitest';
import type {
  EnqueueVerdict,
  NewJob,
  OutboxEntry,
  OutboxRefusal,
  OutboxStore,
  OutboxTake,
} from '../../../lib/contract/index.js';
import { BackendUnavailableError, TaskValidationError } from '../../../lib/errors/index.js';
import { OutboxRelay, RELAY_LEASE } from '../../../lib/queue/outbox-relay.js';
import { ManualClock } from '../../../lib/testing/index.js';

type Answer = (jobs: readonly NewJob[]) => EnqueueVerdict[];

const created: Answer = (jobs) => jobs.map(({ id }) => ({ status: 'created', id }));
const entry = (id: string, job: Partial<NewJob> = {}, age = 0): OutboxEntry => ({
  id,
  job: { queue: 'mail', id: `job-${id}`, ...job } as NewJob,
  age,
});

/** An outbox and a broker in memory: what lies in the one, and what has reached the other. */
class Desk {
  readonly clock = new ManualClock();
  readonly sent: string[][] = [];
  readonly jobs: NewJob[] = [];
  readonly refused: OutboxRefusal[] = [];
  readonly released: string[] = [];
  readonly takes: OutboxTake[] = [];
  readonly lines: string[] = [];
  leader: string | undefined;
  answer: Answer = created;
  readonly store = {
    take: async (request: OutboxTake) => {
      this.takes.push(request);
      this.leader ??= request.relay;
      if (this.leader !== request.relay) return { held: false, wait: 700 } as const;
      const entries = this.entries.filter(
        ({ job }) => job === undefined || !request.without.includes(job.queue),
      );
      return { held: true, entries } as const;
    },
    settle: async (relayed: readonly string[], refused: readonly OutboxRefusal[]) => {
      this.refused.push(...refused);
      const gone = new Set([...relayed, ...refused.map(({ id }) => id)]);
      this.entries = this.entries.filter(({ id }) => !gone.has(id));
    },
    release: async (backend: string) => {
      this.released.push(backend);
      this.leader = undefined;
    },
  };

  constructor(
    public entries: OutboxEntry[] = [],
    private readonly batch = 10,
  ) {}

  relay(): OutboxRelay {
    const target = {
      capabilities: { enqueueBatch: this.batch },
      enqueue: async (jobs: readonly NewJob[]) => {
        this.sent.push(jobs.map(({ id }) => id));
        const verdicts = this.answer(jobs);
        this.jobs.push(...jobs);
        return verdicts;
      },
    };
    return new OutboxRelay({
      backend: 'redis',
      target: target as never,
      store: this.store as unknown as OutboxStore,
      clock: this.clock,
      logger: { error: (line) => this.lines.push(line) },
    });
  }
}

describe('a step of the outbox relay', () => {
  it('relays in the order of the outbox, in batches that the broker takes', async () => {
    const desk = new Desk([entry('1'), entry('2'), entry('3')], 2);
    const relay = desk.relay();
    expect(await relay.step()).toEqual({ kind: 'more' });
    expect(desk.sent).toEqual([['job-1', 'job-2'], ['job-3']]);
    expect(await relay.step()).toEqual({ kind: 'idle' });
    expect(relay.relayed).toBe(3);
  });

  it('has the broker look whether it has the job already', async () => {
    const desk = new Desk([entry('1')]);
    await desk.relay().step();
    expect(desk.jobs[0]?.repeat).toBe(true);
  });

  it.each([
    ['is counted towards its delay', 5_000, 1_500, 3_500],
    ['makes it due when it was longer', 5_000, 9_000, 0],
    ['leaves a job alone that has none', undefined, 9_000, undefined],
  ])('what a job has waited %s', async (_, delay, age, left) => {
    const desk = new Desk([entry('1', { delay }, age)]);
    await desk.relay().step();
    expect(desk.jobs[0]?.delay).toBe(left);
  });

  it('loses nothing while the broker is away, and sends the same in the same order afterwards', async () => {
    const desk = new Desk([entry('1'), entry('2')]);
    const relay = desk.relay();
    const away = new BackendUnavailableError('redis', 'unknown');
    desk.answer = () => {
      throw away;
    };
    await expect(relay.step()).rejects.toBe(away);
    expect([desk.entries.length, desk.refused]).toEqual([2, []]);
    desk.answer = created;
    await relay.step();
    expect(desk.sent).toEqual([
      ['job-1', 'job-2'],
      ['job-1', 'job-2'],
    ]);
    expect(desk.entries).toEqual([]);
  });

  it('keeps a row apart that cannot be read, and relays the others', async () => {
    const desk = new Desk([{ id: '1', job: undefined, age: 0 }, entry('2')]);
    const relay = desk.relay();
    await relay.step();
    expect(desk.refused).toEqual([{ id: '1', reason: 'it cannot be read' }]);
    expect(desk.sent).toEqual([['job-2']]);
    expect([relay.relayed, relay.refused]).toEqual([1, 1]);
    expect(desk.lines).toEqual([
      'Outbox: entry 1 for backend "redis" was refused, and is kept: it cannot be read',
    ]);
  });

  it('finds the one job that a broker refuses by sending each alone', async () => {
    const desk = new Desk([entry('1'), entry('2'), entry('3')]);
    desk.answer = (jobs) => {
      if (jobs.some(({ id }) => id === 'job-2')) throw new TaskValidationError('too odd');
      return created(jobs);
    };
    await desk.relay().step();
    expect(desk.refused).toEqual([{ id: '2', reason: 'too odd' }]);
    expect(desk.jobs.map(({ id }) => id)).toEqual(['job-1', 'job-3']);
  });

  it('keeps a job that the broker’s verdict refuses, with its code and detail', async () => {
    const desk = new Desk([entry('1')]);
    desk.answer = () => [{ status: 'refused', code: 'TASKS_VALIDATION', detail: 'no' }];
    await desk.relay().step();
    expect(desk.refused).toEqual([{ id: '1', reason: 'TASKS_VALIDATION: no' }]);
  });

  it('leaves a full queue alone for a second, and holds up no other', async () => {
    const desk = new Desk([entry('1', { queue: 'full' }), entry('2')]);
    desk.answer = (jobs) =>
      jobs.map(({ id, queue }) =>
        queue === 'full' ? { status: 'refused', code: 'TASKS_QUEUE_FULL' } : { status: 'created', id },
      );
    const relay = desk.relay();
    await relay.step();
    expect(desk.entries.map(({ id }) => id)).toEqual(['1']);
    expect(await relay.step()).toEqual({ kind: 'full', wait: 1_000 });
    expect(desk.takes[1]?.without).toEqual(['full']);
    await desk.clock.advance(1_000);
    desk.answer = created;
    await relay.step();
    expect(desk.entries).toEqual([]);
  });

  it('stops halfway through its lease, to ask whether it still relays', async () => {
    const desk = new Desk([entry('1'), entry('2')], 1);
    const { settle } = desk.store;
    desk.store.settle = async (...given) => {
      await settle(...given);
      await desk.clock.advance(RELAY_LEASE / 2);
    };
    await desk.relay().step();
    expect(desk.sent).toEqual([['job-1']]);
  });
});

describe('two relays of one outbox', () => {
  it('take turns: the second waits, and relays once the first has let go', async () => {
    const desk = new Desk();
    const [first, second] = [desk.relay(), desk.relay()];
    await first.step();
    desk.entries = [entry('1')];
    expect(await second.step()).toEqual({ kind: 'other', wait: 700 });
    expect([first.isLeader, second.isLeader, desk.sent]).toEqual([true, false, []]);
    await first.release();
    await second.step();
    expect([first.isLeader, second.isLeader, desk.sent]).toEqual([false, true, [['job-1']]]);
  });

  it('release nothing that they do not hold', async () => {
    const desk = new Desk();
    await desk.relay().release();
    expect(desk.released).toEqual([]);
  });
});
