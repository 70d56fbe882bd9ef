import { Redis } from 'ioredis';
import type { BenchPayload } from '../payload.js';
import { CLAIM, ENQUEUE } from './raw-scripts.js';
import type { OpenProduct } from '../broker/product.js';

const KEYS = ['{raw}:jobs', '{raw}:ready', '{raw}:leases', '{raw}:id', '{raw}:wake'] as const;
const [JOBS, , , , WAKE] = KEYS;
const LEASE = 30_000;
/** Seconds. */
const WAIT = 1;

type Run = (...args: (string | number)[]) => Promise<unknown>;

/**
 * The raw limit: an `ioredis` program with two scripts that knows leases and nothing else of a product: no retries, no timeouts,
 * no priorities. Enqueues of one tick share a call; a claim takes as many as there are slots; what was done is acknowledged
 * by the next claim.
 */
export const openRaw: OpenProduct = async ({ url, slots, recipient }) => {
  const client = new Redis(url);
  const reader = new Redis(url, { maxRetriesPerRequest: null });
  client.defineCommand('rawEnqueue', { numberOfKeys: KEYS.length, lua: ENQUEUE });
  client.defineCommand('rawClaim', { numberOfKeys: KEYS.length, lua: CLAIM });
  const scripts = client as unknown as { rawEnqueue: Run; rawClaim: Run };
  const enqueueAll = (texts: readonly string[]) => scripts.rawEnqueue(...KEYS, ...texts);

  let gathered: string[] = [];
  let sent: Promise<unknown> | undefined;
  const enqueue = (payload: BenchPayload): Promise<unknown> => {
    gathered.push(JSON.stringify(payload));
    sent ??= new Promise((resolve, reject) => {
      process.nextTick(() => {
        const texts = gathered;
        gathered = [];
        sent = undefined;
        enqueueAll(texts).then(resolve, reject);
      });
    });
    return sent;
  };

  let over = false;
  const consume = async (): Promise<void> => {
    let done: string[] = [];
    while (!over || done.length > 0) {
      const claimed = await scripts.rawClaim(...KEYS, over ? 0 : slots, Date.now() + LEASE, ...done);
      const [ids, texts] = claimed as [string[], string[]];
      done = ids;
      if (ids.length === 0 && !over) await reader.bzpopmin(WAKE, WAIT);
      await Promise.all(texts.map(async (text) => recipient.deliver((JSON.parse(text) as BenchPayload).n)));
    }
  };
  let consuming: Promise<void> | undefined;

  return {
    enqueue,
    enqueueMany: (payloads) => enqueueAll(payloads.map((payload) => JSON.stringify(payload))),
    start: async () => void (consuming = consume()),
    unfinished: () => client.hlen(JOBS),
    close: async () => {
      over = true;
      await consuming;
      client.disconnect();
      reader.disconnect();
    },
  };
};
