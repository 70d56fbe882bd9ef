import type { Feature, Transaction } from '../../../contract/index.js';
import { LONG_LEASE } from '../lane.js';
import { isUnsupported } from '../rejects.js';
import type { Stage } from '../stage.js';
import { topic, type Topic } from '../topic.js';

const TX = {} as Transaction;

/** A call that needs the feature, and must be refused by a backend that does not have it. */
const CALLS: Readonly<Record<Feature, (stage: Stage) => Promise<void>>> = {
  atomicEnqueue: (stage) => {
    const lane = stage.lane();
    return isUnsupported(() => stage.queue.enqueue([lane.job(), lane.job()], { atomic: true }));
  },
  transactions: async (stage) => {
    const lane = stage.lane();
    await isUnsupported(() => stage.queue.enqueue([lane.job()], { tx: TX }));
    await isUnsupported(() => stage.queue.claim({ worker: 'worker', lease: LONG_LEASE, take: [], tx: TX }));
  },
  idempotency: (stage) => {
    const lane = stage.lane();
    return isUnsupported(() =>
      stage.queue.enqueue([lane.job({ idempotency: { key: 'once', ttl: 60_000 } })]),
    );
  },
  uniqueness: async (stage) => {
    const lane = stage.lane();
    const key = 'user-1';
    for (const unique of [
      { mode: 'keep-first', key },
      { mode: 'replace', key },
      { mode: 'throttle', key, window: 1_000 },
      { mode: 'debounce', key, window: 1_000 },
    ] as const) {
      await isUnsupported(() => stage.queue.enqueue([lane.job({ unique })]));
    }
  },
  dependencies: async (stage) => {
    const lane = stage.lane();
    const parent = lane.ref(await lane.add());
    const dependsOn = { jobs: [parent], onFailure: 'fail' } as const;
    await isUnsupported(() => stage.queue.enqueue([lane.job({ dependsOn })]));
  },
  signals: async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await isUnsupported(() => lane.signal(id, 'approved', '"yes"'));
  },
  queueRateLimit: (stage) => isUnsupported(() => useOf(stage, { rateLimit: { limit: 1, per: 1_000 } })),
  queueConcurrency: (stage) => isUnsupported(() => useOf(stage, { concurrency: 1 })),
  keyLimits: async (stage) => {
    await isUnsupported(() => useOf(stage, { perKey: { concurrency: 1 } }));
    await isUnsupported(() => useOf(stage, { perKey: { rateLimit: { limit: 1, per: 1_000 } } }));
  },
  fairness: (stage) => {
    const lane = stage.lane();
    return isUnsupported(() => stage.queue.enqueue([lane.job({ key: 'a', weight: 2 })]));
  },
  claimById: async (stage) => {
    const lane = stage.lane();
    const id = await lane.add();
    await isUnsupported(() => lane.claim(1, { ids: [id] }));
  },
  ledger: async (stage) => {
    const lane = stage.lane();
    await isUnsupported(() => stage.queue.enqueue([lane.job({ external: true })]));
    await isUnsupported(() =>
      stage.queue.forward({ take: [{ queue: lane.name, limit: 1 }], lease: LONG_LEASE }),
    );
  },
  cancel: async (stage) => {
    const lane = stage.lane();
    const ref = lane.ref(await lane.add());
    await isUnsupported(() => stage.queue.cancel([ref], 'no need'));
  },
  find: (stage) => {
    const lane = stage.lane();
    return isUnsupported(() => stage.queue.find({ queue: lane.name }));
  },
  pause: async (stage) => {
    const lane = stage.lane();
    await isUnsupported(() => stage.queue.pause(lane.name));
    await isUnsupported(() => stage.queue.resume(lane.name));
  },
};

/** Declares a queue with a limit and uses it: one of both must be refused, or the limit would be broken in silence. */
async function useOf(stage: Stage, definition: Parameters<Stage['lane']>[0]): Promise<unknown> {
  const lane = stage.lane(definition);
  const verdicts = await stage.queue.enqueue([lane.job({ key: 'a' })]);
  if (verdicts[0]?.status === 'refused') return verdicts;
  return lane.claim(1);
}

/** The other half of the capabilities: what a backend says it cannot do, it refuses. */
export function refusals(unsupported: readonly Feature[]): Topic {
  return topic('what is not supported', (test) => {
    for (const feature of unsupported) {
      test(`refuses what needs ${feature}`, (stage) => CALLS[feature](stage));
    }
  });
}
