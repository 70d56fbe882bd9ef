import type { Recipient } from '../app.js';
import type { BenchPayload } from '../payload.js';

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

/** The products on one kind of broker. */
export interface ProductRange {
  readonly products: Readonly<Record<string, OpenProduct>>;
  /** Makes the broker as new. */
  empty(url: string): Promise<void>;
  /** Jobs that go before those that are measured, of every product alike: until then it is the compiler that is measured. */
  readonly warmUp: number;
}

/** By the scheme of the broker's URL; loaded only then, since not every Node runs the peers of every broker. */
const RANGES: Readonly<Record<string, () => Promise<{ default: ProductRange }>>> = {
  'amqp:': () => import('../rabbitmq/products.js'),
  'redis:': () => import('../redis/products.js'),
  'postgres:': () => import('../postgres/products.js'),
};

/** Opens a product on the benchmark's own server, which is emptied first. */
export async function openProduct(name: string | undefined, options: ProductOptions): Promise<Product> {
  const range = await rangeOf(options.url);
  await range.empty(options.url);
  return joinProduct(name, options);
}

/** Opens a product on a server that another process uses already. */
export async function joinProduct(name: string | undefined, options: ProductOptions): Promise<Product> {
  const open = (await rangeOf(options.url)).products[name ?? ''];
  if (open === undefined) throw new Error(`There is no product "${name}".`);
  return open(options);
}

/** How many jobs go before those that are measured on that broker. */
export async function warmUpAt(url: string): Promise<number> {
  return (await rangeOf(url)).warmUp;
}

async function rangeOf(url: string): Promise<ProductRange> {
  const load = RANGES[new URL(url).protocol];
  if (load === undefined) throw new Error(`There are no products for ${url}.`);
  return (await load()).default;
}
