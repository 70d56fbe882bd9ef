import { afterAll, beforeAll, beforeEach, afterEach, describe, expect, it } from 'vitest';
import { RedisConnections } from '../../lib/backends/redis/redis-connections.js';
import { RedisQueueBackend } from '../../lib/backends/redis/redis-queue-backend.js';
import type { RedisSession } from '../../lib/backends/redis/redis-session.js';
import { resolveRedisOptions } from '../../lib/backends/redis/resolve-redis-options.js';
import type {
  ClaimedJob,
  JobRef,
  JobState,
  NewJob,
  Outcome,
  QueueBackend,
} from '../../lib/contract/index.js';
import { BackendUnavailableError } from '../../lib/errors/index.js';
import { aJob } from '../../lib/testing/index.js';
import { type PrivateCluster, startRedisCluster } from '../servers/redis-topologies.js';
import { uniquePrefix } from '../servers/shared-redis.js';

/** The scripts that go from slot to slot, by the names of their files. */
const STEPS: ReadonlySet<string> = new Set([
  'pending.lua',
  'register.lua',
  'receive.lua',
  'confirm.lua',
  'refused.lua',
]);

/** Connections of a process that can be stopped between any two steps from slot to slot: nothing leaves it any more. */
class MortalConnections extends RedisConnections {
  /** Steps that it still makes. */
  stepsLeft = Infinity;
  isDead = false;
  /** A queue that it does not reach by a step. */
  unreachable: string | undefined;

  override session(): RedisSession {
    const session = super.session();
    const send = session.runBuffer.bind(session);
    session.runBuffer = async (script, keys, args) => {
      if (STEPS.has(script.name)) this.isDead ||= this.stepsLeft-- <= 0;
      const isCut =
        STEPS.has(script.name) && this.unreachable !== undefined && keys[0]?.includes(this.unreachable);
      if (this.isDead || isCut === true) throw new BackendUnavailableError('redis', 'not-sent');
      return send(script, keys, args);
    };
    return session;
  }
}

interface Member {
  readonly queue: QueueBackend;
  readonly connections: MortalConnections;
}

const QUEUES = ['mail', 'reports', 'archive'] as const;
const MORE_THAN_ANY = 40;

let cluster: PrivateCluster;
let prefix: string;
let alive: QueueBackend;
let opened: QueueBackend[];
beforeAll(async () => {
  cluster = await startRedisCluster();
}, 60_000);
afterAll(() => cluster.stop());
beforeEach(async () => {
  opened = [];
  await begin();
});
afterEach(() => Promise.all(opened.map((queue) => queue.close())));

/** A process of the fleet. */
async function join(): Promise<Member> {
  const nodes = cluster.nodes.map((node) => ({ ...node }));
  const settings = resolveRedisOptions({
    name: 'redis',
    type: 'redis',
    options: { cluster: { nodes }, prefix },
  });
  const connections = new MortalConnections(settings, () => undefined);
  const queue = new RedisQueueBackend(connections);
  queue.declare(QUEUES.map((name) => ({ name, retention: { completedMax: 0 } })));
  await queue.open();
  opened.push(queue);
  return { queue, connections };
}

/** Another prefix, and a process that lives. */
async function begin(): Promise<void> {
  prefix = uniquePrefix();
  ({ queue: alive } = await join());
}

async function take(queue: QueueBackend, from: string, limit = 100): Promise<readonly ClaimedJob[]> {
  const { jobs } = await queue.claim({ worker: 'w', lease: 60_000, take: [{ queue: from, limit }] });
  return jobs;
}

async function settle(
  queue: QueueBackend,
  jobs: readonly ClaimedJob[],
  outcome: Outcome = { kind: 'completed' },
  enqueue?: readonly NewJob[],
): Promise<void> {
  const settlements = jobs.map(({ receipt }) => ({ receipt, outcome, enqueue }));
  const { verdicts } = await queue.claim({ worker: 'w', lease: 60_000, take: [], settle: settlements });
  expect(verdicts).toEqual(jobs.map(() => 'applied'));
}

const failed: Outcome = { kind: 'failed', error: { name: 'Error', message: 'broke' } };

async function states(...jobs: readonly JobRef[]): Promise<(JobState | undefined)[]> {
  return (await alive.get(jobs)).map((record) => record?.state);
}

/** Runs whatever can run, on all queues. @returns the ids, one for each run */
async function drain(): Promise<string[]> {
  const ran: string[] = [];
  for (;;) {
    const jobs = (await Promise.all(QUEUES.map((queue) => take(alive, queue)))).flat();
    if (jobs.length === 0) return ran;
    ran.push(...jobs.map(({ id }) => id));
    for (const job of jobs) await settle(alive, [job]);
  }
}

const on = (queue: string, ...parents: readonly JobRef[]): NewJob =>
  aJob({ queue, ...(parents.length > 0 && { dependsOn: { jobs: parents, onFailure: 'fail' } }) });

/**
 * Plays a story of a process that dies before its first step from slot to slot, then one that dies before its second, and so on until one lives
 * through it. After each the other processes sweep, and everything has to be as if nobody had died.
 */
async function atEveryStep(
  story: (mortal: Member, die: () => void) => Promise<() => Promise<void>>,
): Promise<void> {
  let deaths = 0;
  for (let steps = 0; ; steps++) {
    expect(steps).toBeLessThan(MORE_THAN_ANY);
    await begin();
    const mortal = await join();
    const check = await story(mortal, () => (mortal.connections.stepsLeft = steps));
    await alive.recover();
    await check();
    // Nothing is left that another sweep would do again.
    await alive.recover();
    expect(await drain(), 'left over').toEqual([]);
    if (!mortal.connections.isDead) break;
    deaths++;
  }
  expect(deaths, 'deaths').toBeGreaterThan(1);
}

/** The call of a process that may die in it. */
const perhaps = (call: Promise<unknown>): Promise<unknown> => call.catch((error: unknown) => error);

describe('a process that dies between two steps from slot to slot', { timeout: 120_000 }, () => {
  it('leaves a job that has yet to be registered: it waits, and runs once when its parent completes', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      await alive.enqueue([parent]);
      const child = on('reports', parent);
      die();
      await perhaps(queue.enqueue([child]));
      return async () => {
        expect(await states(child)).toEqual(['waiting']);
        expect(await drain()).toEqual([parent.id, child.id]);
      };
    }));

  it('leaves a job whose parent completed meanwhile: it runs once', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      await alive.enqueue([parent]);
      const child = on('reports', parent);
      die();
      await perhaps(queue.enqueue([child]));
      await settle(alive, await take(alive, 'mail'));
      return async () => expect(await drain()).toEqual([child.id]);
    }));

  it('leaves nothing of a job that depends on one that nobody knows, nor its key', () =>
    atEveryStep(async ({ queue }, die) => {
      const idempotency = { key: 'once', ttl: 60_000 };
      const orphan = { ...on('reports', { queue: 'mail', id: 'nobody' }), idempotency };
      die();
      await perhaps(queue.enqueue([orphan]));
      return async () => {
        expect(await states(orphan)).toEqual([undefined]);
        const next = { ...on('reports'), idempotency };
        expect(await alive.enqueue([next])).toEqual([{ status: 'created', id: next.id }]);
        expect(await drain()).toEqual([next.id]);
      };
    }));

  it('has settled a parent: its dependents go on, each once, and are handed its result', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const children = [on('reports', parent), on('reports', parent), on('archive', parent)];
      await alive.enqueue([parent, ...children]);
      const jobs = await take(queue, 'mail');
      die();
      await settle(queue, jobs, { kind: 'completed', result: '"done"' });
      return async () => {
        const [one, two] = await take(alive, 'reports');
        expect([one, two].map((job) => job?.extra?.parents?.[0]?.result)).toEqual(['"done"', '"done"']);
        await settle(alive, [one, two] as ClaimedJob[]);
        expect(await drain()).toEqual([children[2]?.id]);
      };
    }));

  it('has settled a parent that is removed before anybody hears of it: it counts as completed', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const child = on('reports', parent);
      await alive.enqueue([parent, child]);
      const jobs = await take(queue, 'mail');
      die();
      await settle(queue, jobs);
      await alive.remove([parent]);
      return async () => expect(await drain()).toEqual([child.id]);
    }));

  it('has failed a parent: its dependents are cancelled down a chain of queues, and reopen with it', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const child = on('reports', parent);
      const grandchild = on('archive', child);
      await alive.enqueue([parent, child, grandchild]);
      const jobs = await take(queue, 'mail');
      die();
      await settle(queue, jobs, failed);
      return async () => {
        expect(await states(parent, child, grandchild)).toEqual(['failed', 'cancelled', 'cancelled']);
        await alive.retryDead([parent]);
        expect(await states(child, grandchild)).toEqual(['waiting', 'waiting']);
        expect(await drain()).toEqual([parent.id, child.id, grandchild.id]);
      };
    }));

  it('has put a dead letter back: its dependents wait again', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const child = on('reports', parent);
      const grandchild = on('mail', child);
      await alive.enqueue([parent, child, grandchild]);
      await settle(alive, await take(alive, 'mail'), failed);
      die();
      await queue.retryDead([parent]);
      return async () => {
        expect(await states(child, grandchild)).toEqual(['waiting', 'waiting']);
        expect(await drain()).toEqual([parent.id, child.id, grandchild.id]);
      };
    }));

  it('has put a dead letter back that another completes before anybody hears of it: its dependents go on', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const child = on('reports', parent);
      await alive.enqueue([parent, child]);
      await settle(alive, await take(alive, 'mail'), failed);
      die();
      await queue.retryDead([parent]);
      await settle(alive, await take(alive, 'mail'));
      return async () => expect(await drain()).toEqual([child.id]);
    }));

  it('has removed an unfinished parent: it counts as failed', () =>
    atEveryStep(async ({ queue }, die) => {
      const parent = on('mail');
      const strict = on('reports', parent);
      const lenient = aJob({ queue: 'reports', dependsOn: { jobs: [parent], onFailure: 'continue' } });
      await alive.enqueue([parent, strict, lenient]);
      die();
      expect(await queue.remove([parent])).toBe(1);
      return async () => {
        const [job] = await take(alive, 'reports');
        expect(job?.id).toBe(lenient.id);
        expect(job?.extra?.parents?.[0]?.state).toBe('cancelled');
        await settle(alive, [job as ClaimedJob]);
        // Cancelled, and so not kept.
        expect(await states(parent, strict)).toEqual([undefined, undefined]);
      };
    }));

  it('has settled with jobs for other queues: each runs once, after those that it depends on', () =>
    atEveryStep(async ({ queue }, die) => {
      await alive.enqueue([on('mail')]);
      const jobs = await take(queue, 'mail');
      const first = on('reports');
      const second = on('archive', first);
      const third = on('mail', second);
      const alone = on('archive');
      die();
      await settle(queue, jobs, undefined, [third, alone, first, second]);
      return async () => {
        const ran = await drain();
        expect(ran.filter((id) => id !== alone.id)).toEqual([first.id, second.id, third.id]);
        expect(ran).toContain(alone.id);
        expect(ran).toHaveLength(4);
      };
    }));

  it('has delivered a job that runs and is removed before anybody confirms it: it does not come again', () =>
    atEveryStep(async ({ queue }, die) => {
      await alive.enqueue([on('mail')]);
      const jobs = await take(queue, 'mail');
      const next = on('reports');
      die();
      await settle(queue, jobs, undefined, [next]);
      const early = await take(alive, 'reports');
      await settle(alive, early, failed);
      await alive.remove([next]);
      return async () => expect([...early.map(({ id }) => id), ...(await drain())]).toEqual([next.id]);
    }));
});

describe('several processes at once', { timeout: 60_000 }, () => {
  it('carry the same things, and everything happens once', async () => {
    const parents = Array.from({ length: 30 }, () => on('mail'));
    const children = parents.flatMap((parent) => [on('reports', parent), on('archive', parent)]);
    await alive.enqueue([...parents, ...children]);
    const mortal = await join();
    const jobs = await take(mortal.queue, 'mail');
    mortal.connections.unreachable = '{';
    const spawned = jobs.map(() => on('reports'));
    for (const [place, job] of jobs.entries())
      await settle(mortal.queue, [job], undefined, [spawned[place] as NewJob]);
    const others = await Promise.all([join(), join(), join()]);
    await Promise.all([alive, ...others.map(({ queue }) => queue)].map((queue) => queue.recover()));
    const ran = await drain();
    expect(ran.toSorted()).toEqual([...children, ...spawned].map(({ id }) => id).toSorted());
  });

  it('take no notice of a word that comes late', async () => {
    const parent = on('mail');
    const child = on('reports', parent);
    await alive.enqueue([parent, child]);
    const slow = await join();
    const jobs = await take(slow.queue, 'mail');
    const send = held(slow, 'receive.lua');
    const settled = settle(slow.queue, jobs, failed);
    await send.reached;
    await alive.retryDead([parent]);
    expect(await states(child)).toEqual(['waiting']);
    send.go();
    await settled;
    expect(await states(child)).toEqual(['waiting']);
    expect(await drain()).toEqual([parent.id, child.id]);
  });

  it('tell who calls with a key of a job that is being refused that its own was taken', async () => {
    const idempotency = { key: 'once', ttl: 60_000 };
    const mortal = await join();
    mortal.connections.stepsLeft = 0;
    const orphan = { ...on('reports', { queue: 'mail', id: 'nobody' }), idempotency };
    await expect(mortal.queue.enqueue([orphan])).rejects.toMatchObject({
      code: 'TASKS_BACKEND_UNAVAILABLE',
      outcome: 'unknown',
    });
    const next = { ...on('reports'), idempotency };
    expect(await alive.enqueue([next])).toEqual([{ status: 'created', id: next.id }]);
    expect(await states(orphan, next)).toEqual([undefined, 'pending']);
  });

  it('reach the other queues where one cannot be reached, and that one later', async () => {
    const parent = on('mail');
    const [cut, near] = [on('reports', parent), on('archive', parent)];
    await alive.enqueue([parent, cut, near]);
    const { queue, connections } = await join();
    const jobs = await take(queue, 'mail');
    connections.unreachable = '{reports}';
    await settle(queue, jobs);
    expect(await states(cut, near)).toEqual(['waiting', 'pending']);
    const { nextInMs } = await queue.recover();
    expect(nextInMs).toBeLessThanOrEqual(1_000);
    connections.unreachable = undefined;
    await queue.recover();
    expect(await states(cut, near)).toEqual(['pending', 'pending']);
  });

  it('keep nothing of what is between jobs that are over, though their records are kept', async () => {
    alive.declare(QUEUES.map((name) => ({ name, retention: { completedMax: 10 } })));
    const parent = on('mail');
    const child = on('reports', parent);
    await alive.enqueue([parent, child]);
    await drain();
    const left = (await keys()).filter((key) =>
      /:(dependents|standings|outbox|posted|departed|intents)\b/.test(key),
    );
    expect(left).toEqual([]);
  });
});

/** Holds back the next call of a script. */
function held({ queue }: Member, name: string): { reached: Promise<void>; go: () => void } {
  const { session } = queue as unknown as { session: RedisSession };
  const send = session.runBuffer.bind(session);
  let go = (): void => undefined;
  const released = new Promise<void>((resolve) => (go = resolve));
  let arrive = (): void => undefined;
  const reached = new Promise<void>((resolve) => (arrive = resolve));
  session.runBuffer = async (script, ...rest) => {
    if (script.name === name) {
      arrive();
      await released;
    }
    return send(script, ...rest);
  };
  return { reached, go: () => go() };
}

async function keys(): Promise<string[]> {
  const { session } = alive as unknown as { session: RedisSession };
  return session.with(async (client) => {
    const nodes = 'nodes' in client ? client.nodes('master') : [client];
    return (await Promise.all(nodes.map((node) => node.keys(`${prefix}:*`)))).flat();
  });
}
