import pg from 'pg';
import type { BenchPayload } from '../payload.js';
import type { OpenProduct } from '../broker/product.js';
import { CLAIM, ENQUEUE, SCHEMA } from './raw-statements.js';

/** Jobs of one claim, whatever the slots: its handlers take no time. */
const AT_ONCE = 500;
const FLUSHES = 2;

interface Claimed {
  readonly id: string;
  readonly payload: string;
}

/**
 * The raw limit: a `pg` program with one table and two statements that knows leases and nothing else of a product: no retries, no
 * timeouts, no fences, no history. Enqueues that come while two statements are on their way share the next; a claim deletes what is done.
 */
export const openRaw: OpenProduct = async ({ url, recipient }) => {
  const pool = new pg.Pool({ connectionString: url, max: 4 });
  await pool.query(SCHEMA);
  const enqueueAll = (payloads: readonly BenchPayload[]) =>
    pool.query({
      name: 'enqueue',
      text: ENQUEUE,
      values: [payloads.map((payload) => JSON.stringify(payload))],
    });

  let gathered: { payload: BenchPayload; resolve: () => void; reject: (error: unknown) => void }[] = [];
  let flushes = 0;
  const flush = (): void => {
    if (flushes === FLUSHES || gathered.length === 0) return;
    const batch = gathered;
    gathered = [];
    flushes++;
    enqueueAll(batch.map(({ payload }) => payload))
      .then(
        () => batch.forEach(({ resolve }) => resolve()),
        (error: unknown) => batch.forEach(({ reject }) => reject(error)),
      )
      .finally(() => {
        flushes--;
        flush();
      });
  };
  const enqueue = (payload: BenchPayload): Promise<void> =>
    new Promise((resolve, reject) => {
      if (gathered.push({ payload, resolve, reject }) === 1) setImmediate(flush);
    });

  const listener = new pg.Client({ connectionString: url });
  let wake: () => void = () => undefined;
  let isWoken = false;
  const onNotice = (): void => {
    isWoken = true;
    wake();
  };
  listener.on('notification', onNotice);
  await listener.connect();
  await listener.query('listen raw');
  let over = false;
  const consume = async (): Promise<void> => {
    let done: string[] = [];
    while (!over || done.length > 0) {
      isWoken = false;
      const values = [over ? 0 : AT_ONCE, done];
      const { rows } = await pool.query<Claimed>({ name: 'claim', text: CLAIM, values });
      done = rows.map(({ id }) => id);
      if (rows.length === 0 && !over && !isWoken) await new Promise<void>((resolve) => (wake = resolve));
      await Promise.all(
        rows.map(async ({ payload }) => recipient.deliver((JSON.parse(payload) as BenchPayload).n)),
      );
    }
  };
  let consuming: Promise<void> | undefined;

  return {
    enqueue,
    enqueueMany: enqueueAll,
    start: async () => void (consuming = consume()),
    unfinished: async () => {
      const { rows } = await pool.query<{ n: number }>('select count(*)::int as n from raw.job');
      return rows[0]?.n ?? 0;
    },
    close: async () => {
      over = true;
      onNotice();
      await consuming;
      await listener.end();
      await pool.end();
    },
  };
};
