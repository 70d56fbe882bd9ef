import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import {
  type ClaimedJob,
  type JobRecord,
  type NewJob,
  type QueueBackend,
} from '../../../lib/contract/index.js';
import { aJob } from '../../../lib/testing/a-job.js';

export const QUEUE = 'letters';
const YEAR_MS = 365 * 24 * 3_600_000;
const ERROR = { name: 'Error', message: 'The first run failed.' };

/** Dead letters of years ago are to be there still. */
export const DECLARED = [{ name: QUEUE, retention: { failedTtl: 100 * YEAR_MS } }];

/** A store of its own, for one test. */
export interface OpenStore {
  readonly backend: QueueBackend;
  /** All that lies in it, in a form that outlives versions of the server. */
  readonly read: () => Promise<unknown>;
  readonly close: () => Promise<void>;
}

export interface FrozenStore {
  readonly name: string;
  /** Under `fixtures/`; its name has the version of what is stored. */
  readonly fixture: string;
  /** Makes a store, with what `read` told once, if it is given. `DECLARED` is declared, and the backend is open. */
  readonly open: (stored?: unknown) => Promise<OpenStore>;
}

interface Frozen {
  readonly stored: unknown;
  readonly records: readonly JobRecord[];
}

const id = (place: number): string => `01890000-0000-7000-8000-00000000000${place}`;
const job = (place: number, given: Partial<NewJob> = {}): NewJob =>
  aJob({ queue: QUEUE, name: 'send', id: id(place), payload: `{"to":"nº ${place} ✉"}`, ...given });

const PLAIN = job(1);
const PRECIOUS = job(2, { priority: 20, timeout: 5_000, headers: { tenant: 'acme', 'x:y': '1\n2' } });
const DELAYED = job(3, { delay: 2_000 });
const BYTES = job(4, { payload: Uint8Array.from([0, 10, 255, 128]), codec: 'raw' });
const FAILED_ONCE = job(5, { maxRetries: 4 });
const PARENT = job(6, { idempotency: { key: 'parent', ttl: 100 * YEAR_MS } });
const CHILD = job(7, { dependsOn: { jobs: [{ queue: QUEUE, id: id(6) }], onFailure: 'fail' } });
const DEAD = job(8, { maxRetries: 0 });
const ALL = [PLAIN, PRECIOUS, DELAYED, BYTES, FAILED_ONCE, PARENT, CHILD, DEAD];

/**
 * What a version has written once is never written again: when that changes, its version rises, and a fixture is added beside
 * the old one (`TASKS_FREEZE=1`, which never overwrites one).
 */
export function describeFrozenJobs(store: FrozenStore): void {
  const fixture = fileURLToPath(new URL(`../fixtures/${store.fixture}`, import.meta.url));
  const read = (): Frozen => JSON.parse(readFileSync(fixture, 'utf8')) as Frozen;

  async function open(stored?: unknown): Promise<OpenStore> {
    const opened = await store.open(stored);
    onTestFinished(() => opened.close());
    return opened;
  }

  describe(`jobs that lie on ${store.name}`, () => {
    it('are read as they were written', async () => {
      const { backend } = await open(read().stored);
      const refs = ALL.map((one) => ({ queue: QUEUE, id: one.id }));
      expect(plain(await backend.get(refs)).map(asOfNow)).toEqual(read().records.map(asOfNow));
    });

    it('run, each as it would have run', async () => {
      const { backend } = await open(read().stored);
      const taken: ClaimedJob[] = [];
      // The failed one is due by now; the child follows its parent; the delayed one was due two seconds after it was frozen.
      for (let round = 0; round < 4; round++) taken.push(...(await runAll(backend)));
      const runs = new Map(taken.map((one) => [one.id, one]));
      expect([...runs.keys()].toSorted()).toEqual(
        [PLAIN, PRECIOUS, DELAYED, BYTES, FAILED_ONCE, PARENT, CHILD].map((one) => one.id),
      );
      expect(taken[0]?.id).toBe(PRECIOUS.id);
      expect(runs.get(PRECIOUS.id)).toMatchObject({ timeout: 5_000, extra: { headers: PRECIOUS.headers } });
      expect([...((runs.get(BYTES.id)?.payload as Uint8Array | undefined) ?? [])]).toEqual([0, 10, 255, 128]);
      expect(runs.get(FAILED_ONCE.id)).toMatchObject({ attempt: 2, maxRetries: 4 });
      expect(runs.get(CHILD.id)?.extra?.parents).toMatchObject([{ id: PARENT.id, state: 'completed' }]);
      expect(await backend.retryDead([{ queue: QUEUE, id: DEAD.id }])).toEqual(['retried']);
      expect(await runAll(backend)).toMatchObject([{ id: DEAD.id, attempt: 1, payload: DEAD.payload }]);
    });

    it('keep their idempotency keys', async () => {
      const { backend } = await open(read().stored);
      expect(await backend.enqueue([{ ...PARENT, id: id(9) }])).toEqual([
        { status: 'existing', id: PARENT.id },
      ]);
    });

    if (process.env['TASKS_FREEZE'] === '1' && !existsSync(fixture)) {
      it('are frozen as this version writes them', async () => {
        const { backend, read: readStore } = await open();
        await backend.enqueue([DEAD]);
        await settle(backend, await take(backend), 'failed');
        await backend.enqueue([FAILED_ONCE]);
        await settle(backend, await take(backend), 'retry');
        await backend.enqueue(ALL.filter((one) => one !== DEAD && one !== FAILED_ONCE));
        const records = plain(await backend.get(ALL.map((one) => ({ queue: QUEUE, id: one.id }))));
        const frozen: Frozen = { stored: await readStore(), records };
        writeFileSync(fixture, `${JSON.stringify(frozen, null, 2)}\n`);
        expect(records).toHaveLength(ALL.length);
      });
    }
  });
}

/** What was to run later is due by now. */
function asOfNow({ dueAt, ...record }: JobRecord): JobRecord {
  return dueAt === undefined ? record : { ...record, state: 'pending' };
}

/** As they are after a way through JSON. */
function plain(records: readonly (JobRecord | undefined)[]): JobRecord[] {
  return JSON.parse(JSON.stringify(records)) as JobRecord[];
}

const take = async (backend: QueueBackend): Promise<readonly ClaimedJob[]> =>
  (await backend.claim({ worker: 'w', lease: 60_000, take: [{ queue: QUEUE, limit: 10 }] })).jobs;

async function settle(
  backend: QueueBackend,
  jobs: readonly ClaimedJob[],
  kind: 'completed' | 'retry' | 'failed',
) {
  const outcome = {
    completed: { kind },
    retry: { kind, in: 50, error: ERROR },
    failed: { kind, error: ERROR },
  }[kind];
  await backend.claim({
    worker: 'w',
    lease: 60_000,
    take: [],
    settle: jobs.map(({ receipt }) => ({ receipt, outcome: outcome as { kind: 'completed' } })),
  });
}

async function runAll(backend: QueueBackend): Promise<readonly ClaimedJob[]> {
  const jobs = await take(backend);
  await settle(backend, jobs, 'completed');
  return jobs;
}
