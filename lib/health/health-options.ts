import type { CanActivate, ModuleMetadata, Type } from '@nestjs/common';
import { assertKnownKeys, toMs } from '../config/index.js';
import type { Duration, Ms } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';

/** From when on a queue is not well. */
export interface HealthThresholds {
  /** The oldest ready job waits longer. Default 5 min; false: never. */
  readonly degradedAge?: Duration | false | undefined;
  /** More jobs are pending. Default: never. */
  readonly degradedDepth?: number | undefined;
  /** Default: never, since a process that is taken out for a backlog makes it longer. */
  readonly downAge?: Duration | undefined;
  /** Default: never. */
  readonly downDepth?: number | undefined;
}

/** What `TasksHealthModule.forRoot()` takes. */
export interface TasksHealthOptions {
  /** How long a backend may take to answer. Default 2 s. */
  readonly timeout?: Duration | undefined;
  /** Of all queues. */
  readonly thresholds?: HealthThresholds | undefined;
  /** Of single queues, on top of those of all; false: the queue is not looked at. */
  readonly queues?: Readonly<Record<string, HealthThresholds | false>> | undefined;
  /** Of the controller, behind the app's prefix; false: none. Default `health/tasks`. */
  readonly path?: string | false | undefined;
  /** Stand before the controller: classes made with injection, or instances. Default: none but the app's global ones. */
  readonly guards?: readonly (Type<CanActivate> | CanActivate)[] | undefined;
  /** Modules that the guards inject from. Default: none. */
  readonly imports?: ModuleMetadata['imports'];
}

/** In milliseconds and numbers of jobs; infinite: never. */
export interface ResolvedThresholds {
  readonly degradedAge: Ms;
  readonly degradedDepth: number;
  readonly downAge: Ms;
  readonly downDepth: number;
}

export interface ResolvedHealthOptions {
  readonly timeout: Ms;
  /** Of a queue; undefined: it is not looked at. */
  readonly of: (queue: string) => ResolvedThresholds | undefined;
  /** Those that have thresholds of their own. */
  readonly named: readonly string[];
}

const OPTION_KEYS = [
  'timeout',
  'thresholds',
  'queues',
  'path',
  'guards',
  'imports',
] as const satisfies readonly (keyof TasksHealthOptions)[];
const THRESHOLD_KEYS = [
  'degradedAge',
  'degradedDepth',
  'downAge',
  'downDepth',
] as const satisfies readonly (keyof HealthThresholds)[];

/** @throws InvalidOptionError, InvalidDurationError */
export function resolveHealthOptions(options: TasksHealthOptions): ResolvedHealthOptions {
  assertKnownKeys(options, OPTION_KEYS, 'health');
  const { timeout = '2s', thresholds = {}, queues = {} } = options;
  const all = readThresholds(thresholds, 'health.thresholds');
  const named = new Map(
    Object.entries(queues).map(([queue, own]) => [
      queue,
      own === false ? undefined : readThresholds({ ...thresholds, ...own }, `health.queues.${queue}`),
    ]),
  );
  return {
    timeout: toMs(timeout, 'health.timeout'),
    of: (queue) => (named.has(queue) ? named.get(queue) : all),
    named: [...named.keys()],
  };
}

function readThresholds(given: HealthThresholds, path: string): ResolvedThresholds {
  assertKnownKeys(given, THRESHOLD_KEYS, path);
  const { degradedAge = '5m', degradedDepth, downAge, downDepth } = given;
  return {
    degradedAge: degradedAge === false ? Infinity : toMs(degradedAge, `${path}.degradedAge`),
    degradedDepth: depth(degradedDepth, `${path}.degradedDepth`),
    downAge: downAge === undefined ? Infinity : toMs(downAge, `${path}.downAge`),
    downDepth: depth(downDepth, `${path}.downDepth`),
  };
}

function depth(given: number | undefined, path: string): number {
  if (given === undefined) return Infinity;
  if (Number.isInteger(given) && given >= 0) return given;
  throw new InvalidOptionError([{ path, message: 'must be a whole number of jobs, 0 or more' }]);
}
