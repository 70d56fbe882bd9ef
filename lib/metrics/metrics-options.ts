import type { CanActivate, InjectionToken, ModuleMetadata, Type } from '@nestjs/common';
import type { Duration, Ms } from '../contract/index.js';
import { assertKnownKeys, toMs } from '../config/index.js';
import { InvalidOptionError } from '../errors/index.js';
import type { PromRegistry } from './prom-client.js';

/** What is measured, and into which registry. */
export interface TasksMetricsOptions {
  /** The app's own registry of prom-client, or `'default'`: its global one. Default: a registry of this module. */
  readonly registry?: PromRegistry | 'default' | undefined;
  /** Before every name. Default `tasks_`, which the shipped dashboard and alerts know. */
  readonly prefix?: string | undefined;
  /** Whether prom-client's metrics of the process (CPU, memory, garbage collection) are added. Default false. */
  readonly processMetrics?: boolean | undefined;
  /** Pairs of queue and task with series of their own; more are counted as task `_other`, a queue. Default 200. */
  readonly maxTasks?: number | undefined;
  /** Upper bounds of the buckets of `wait_seconds`, in seconds, ascending. Default 0.005 to 3600. */
  readonly waitBuckets?: readonly number[] | undefined;
  /** Upper bounds of the buckets of `run_seconds`, in seconds, ascending. Default 0.005 to 300. */
  readonly runBuckets?: readonly number[] | undefined;
  /** How long a scrape waits for a backend. Default 2 s. */
  readonly scrapeTimeout?: Duration | undefined;
  /** So long after the process that exports the queues has died, another does; at least 1 s. Default 30 s. */
  readonly lease?: Duration | undefined;
}

/** Where it is served. */
export interface TasksMetricsRoute {
  /** Of the controller, behind the app's prefix; false: none, and the app serves `TasksMetrics` itself. Default `metrics`. */
  readonly path?: string | false | undefined;
  /** Stand before the controller: classes made with injection, or instances. Default: none but the app's global ones. */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
  /** Modules that the guards, or the factory, inject from. Default: none. */
  readonly imports?: ModuleMetadata['imports'];
}

/** `TasksMetricsModule.forRootAsync()`: the options from a factory, the route as it is. */
export interface TasksMetricsAsyncOptions extends TasksMetricsRoute {
  readonly inject?: readonly InjectionToken[] | undefined;
  readonly useFactory: (...injected: never[]) => TasksMetricsOptions | Promise<TasksMetricsOptions>;
}

/** Checked, and complete. */
export interface ResolvedMetricsOptions {
  readonly registry: PromRegistry | 'default' | undefined;
  readonly prefix: string;
  readonly processMetrics: boolean;
  readonly maxTasks: number;
  readonly wait: readonly number[];
  readonly run: readonly number[];
  readonly scrapeTimeout: Ms;
  readonly lease: Ms;
}

export const METRICS_OPTION_KEYS = [
  'registry',
  'prefix',
  'processMetrics',
  'maxTasks',
  'waitBuckets',
  'runBuckets',
  'scrapeTimeout',
  'lease',
] as const satisfies readonly (keyof TasksMetricsOptions)[];
export const METRICS_ROUTE_KEYS = [
  'path',
  'guards',
  'imports',
] as const satisfies readonly (keyof TasksMetricsRoute)[];

const WAIT: readonly number[] = [0.005, 0.025, 0.1, 0.5, 1, 5, 15, 60, 300, 900, 3600];
const RUN: readonly number[] = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 15, 60, 300];

/** @throws InvalidOptionError, InvalidDurationError */
export function resolveMetricsOptions(options: TasksMetricsOptions): ResolvedMetricsOptions {
  assertKnownKeys(options, METRICS_OPTION_KEYS, 'metrics');
  const { registry, prefix = 'tasks_', processMetrics = false, maxTasks = 200 } = options;
  const { waitBuckets = WAIT, runBuckets = RUN, scrapeTimeout = '2s', lease = '30s' } = options;
  const resolved = {
    registry,
    prefix,
    processMetrics,
    maxTasks,
    wait: waitBuckets,
    run: runBuckets,
    scrapeTimeout: toMs(scrapeTimeout, 'metrics.scrapeTimeout'),
    lease: toMs(lease, 'metrics.lease'),
  };
  const problems = [
    problem(
      registry === undefined || registry === 'default' || isRegistry(registry),
      'registry',
      "must be a Registry of prom-client or 'default'",
    ),
    problem(
      typeof prefix === 'string' && /^[a-zA-Z_][a-zA-Z0-9_]*$/.test(prefix),
      'prefix',
      'must be letters, digits and _, and begin with no digit',
    ),
    problem(
      Number.isInteger(maxTasks) && maxTasks >= 1 && maxTasks <= 10_000,
      'maxTasks',
      'must be a whole number, 1 to 10000',
    ),
    problem(areBounds(waitBuckets), 'waitBuckets', BOUNDS),
    problem(areBounds(runBuckets), 'runBuckets', BOUNDS),
    problem(resolved.scrapeTimeout >= 1, 'scrapeTimeout', 'must be at least 1 ms'),
    problem(resolved.lease >= 1_000, 'lease', 'must be at least 1 s'),
  ].flat();
  if (problems.length > 0) throw new InvalidOptionError(problems);
  return resolved;
}

const BOUNDS = 'must be 1 to 50 ascending numbers above 0';

const problem = (isGood: boolean, key: string, message: string) =>
  isGood ? [] : [{ path: `metrics.${key}`, message }];

function areBounds(bounds: readonly number[]): boolean {
  if (!Array.isArray(bounds) || bounds.length === 0 || bounds.length > 50) return false;
  return bounds.every(
    (bound, place) => Number.isFinite(bound) && bound > (place === 0 ? 0 : (bounds[place - 1] as number)),
  );
}

function isRegistry(registry: PromRegistry): boolean {
  return typeof registry?.registerMetric === 'function' && typeof registry.metrics === 'function';
}
