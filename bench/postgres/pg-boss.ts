import { loadPeer } from '../peer.js';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';

interface BossJob {
  readonly data: BenchPayload;
}

interface PgBossModule {
  PgBoss: new (options: object) => {
    on(event: 'error', listener: (error: Error) => void): void;
    start(): Promise<unknown>;
    stop(options: object): Promise<void>;
    createQueue(name: string, options: object): Promise<void>;
    send(name: string, data: BenchPayload): Promise<unknown>;
    insert(name: string, jobs: readonly object[]): Promise<unknown>;
    work(
      name: string,
      options: object,
      handler: (jobs: readonly BossJob[]) => Promise<unknown>,
    ): Promise<string>;
    getDb(): { executeSql(text: string, values?: unknown[]): Promise<{ rows: { n: number }[] }> };
  };
}

const NAME = 'bench';
/** Its least. */
const POLL_SECONDS = 0.5;

/** pg-boss as its manual tunes it: batches of as many as there are slots, its own table for the queue, woken by notifications. */
export const openPgBoss: OpenProduct = async ({ url, slots, keepsResults, recipient }) => {
  const { PgBoss } = await loadPeer<PgBossModule>('pg-boss');
  const boss = new PgBoss({
    connectionString: url,
    supervise: false,
    schedule: false,
    useListenNotify: true,
  });
  boss.on('error', (error) => {
    throw error;
  });
  await boss.start();
  await boss
    .createQueue(NAME, { notify: true, partition: true, deleteAfterSeconds: keepsResults ? 604_800 : 1 })
    .catch(() => undefined);
  return {
    enqueue: (payload) => boss.send(NAME, payload),
    enqueueMany: (payloads, { dueAt, priorityOf } = {}) =>
      boss.insert(
        NAME,
        payloads.map((data) => ({
          data,
          ...(dueAt === undefined ? {} : { startAfter: new Date(dueAt) }),
          ...(priorityOf === undefined ? {} : { priority: priorityOf(data.n) }),
        })),
      ),
    start: () =>
      boss.work(
        NAME,
        { batchSize: slots, pollingIntervalSeconds: POLL_SECONDS, burstWhenBatchFull: true },
        (jobs) => Promise.all(jobs.map(async ({ data }) => recipient.deliver(data.n))),
      ),
    unfinished: async () => {
      const { rows } = await boss
        .getDb()
        .executeSql(`select count(*)::int as n from pgboss.job where name = $1 and state < 'completed'`, [
          NAME,
        ]);
      return rows[0]?.n ?? 0;
    },
    close: () => boss.stop({ graceful: false, close: true }),
  };
};
