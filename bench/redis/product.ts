import { Redis } from 'ioredis';
import type { Recipient } from '../app.js';
import type { BenchPayload } from '../payload.js';
import { openBeeQueue } from './bee-queue.js';
import { openBullMq } from './bullmq.js';
import { openOurs } from './ours.js';
import { openRaw } from './raw.js';

export interface ProductOptions {
  readonly url: string;
  /** Jobs that run at once. */
  readonly slots: number;
  /** Whether completed jobs stay, with their results. */
  readonly keepsResults: boolean;
  readonly recipient: Recipient;
}

export interface BatchOptions {
  /** When the jobs are due, in milliseconds since 1970. Default: now. */
  readonly dueAt?: number | undefined;
  /** Of each job by its number, 0 to 20. Default: all the same. */
  readonly priorityOf?: ((n: number) => number) | undefined;
}

/** What every product that is measured can do, each in the way that its own manual says is the fastest. */
export interface Product {
  enqueue(payload: BenchPayload): Promise<unknown>;
  enqueueMany(payloads: readonly BenchPayload[], options?: BatchOptions): Promise<unknown>;
  /** Begins to consume. */
  start(): Promise<unknown>;
  /** Jobs that are waiting or running. */
  unfinished(): Promise<number>;
  close(): Promise<unknown>;
}

export type OpenProduct = (options: ProductOptions) => Promise<Product>;

const PRODUCTS: Readonly<Record<string, OpenProduct>> = {
  ours: openOurs,
  bullmq: openBullMq,
  'bee-queue': openBeeQueue,
  raw: openRaw,
};

/** Opens a product on the benchmark's own server, which is emptied first. */
export async function openProduct(name: string | undefined, options: ProductOptions): Promise<Product> {
  const open = PRODUCTS[name ?? ''];
  if (open === undefined) throw new Error(`There is no product "${name}".`);
  const server = new Redis(options.url);
  await server.flushall('SYNC');
  await server.quit();
  return open(options);
}
