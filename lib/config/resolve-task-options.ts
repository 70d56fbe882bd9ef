import { z } from 'zod';
import {
  HIGHEST_PRIORITY,
  LOWEST_PRIORITY,
  Priority,
  type TaskOptions,
  type TaskSchema,
} from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { assertTaskName } from './names.js';
import * as field from './option-fields.js';
import { check } from './option-problems.js';
import { breakerOption, retrySchema } from './task-schema.js';
import type {
  ResolvedRetry,
  ResolvedTaskOptions,
  ResolvedTasks,
  ResolvedTimeout,
} from './resolved-options.js';
import { overridesOf, withOverrides } from './task-overrides.js';

/** What a task takes over where it does not say. */
export interface TaskDefaults {
  readonly retry: ResolvedRetry;
  readonly timeout: ResolvedTimeout;
  /** What the options say of single tasks. Default: nothing. */
  readonly tasks?: ResolvedTasks | undefined;
}

const taskSchema = z
  .strictObject(
    {
      name: z.unknown().optional(),
      queue: field.name().optional(),
      schema: field
        .own<TaskSchema>(field.isStandardSchema, 'must be a Standard Schema, as of zod, valibot or arktype')
        .optional(),
      priority: field.whole(LOWEST_PRIORITY, HIGHEST_PRIORITY).default(Priority.NORMAL),
      maxRetries: field.whole(0, 1_000_000).optional(),
      timeout: field.duration(1).optional(),
      delay: field.duration().optional(),
      scheduleAt: z.date({ error: 'must be a valid Date' }).optional(),
      idempotencyKey: field
        .own<string | ((payload: never) => string | undefined)>(
          (value) => typeof value === 'string' || field.isFunction(value),
          'must be a text or a function of the payload',
        )
        .optional(),
      retry: retrySchema.omit({ maxRetries: true }).optional(),
      circuitBreaker: breakerOption,
    },
    { error: 'must be an object or the name' },
  )
  .refine(({ delay, scheduleAt }) => delay === undefined || scheduleAt === undefined, {
    path: ['scheduleAt'],
    error: 'cannot be given together with `delay`',
  });

/** What the schema makes of options that say nothing but a name, which most tasks have: to ask it takes ten times as long. */
const NOTHING_SAID: z.output<typeof taskSchema> = { priority: Priority.NORMAL };

/**
 * Checks what `@Task()` was given, on top of the module's defaults and below what the options say of this task.
 *
 * @param methodName The task's name where the options give none, and the path of each problem.
 * @throws InvalidNameError for a name that cannot be used, InvalidOptionError with all other problems at once
 * @example
 * resolveTaskOptions({ maxRetries: 5, timeout: '10s' }, 'send', defaults).timeout; // 10_000
 */
export function resolveTaskOptions(
  options: TaskOptions | string | undefined,
  methodName: string,
  defaults: TaskDefaults,
): ResolvedTaskOptions {
  const decorated = typeof options === 'string' ? { name: options } : (options ?? {});
  const named: unknown = decorated?.name ?? methodName;
  const overrides =
    defaults.tasks === undefined || typeof named !== 'string'
      ? undefined
      : overridesOf(defaults.tasks, named);
  const given = withOverrides(decorated, overrides);
  const { data, problems } = saysNothing(given)
    ? { data: NOTHING_SAID, problems: [] }
    : check(taskSchema, given);
  if (data === undefined) {
    throw new InvalidOptionError(
      problems.map(({ path, message }) => ({ path: [methodName, path].filter(Boolean).join('.'), message })),
    );
  }
  const name: unknown = decorated.name ?? methodName;
  assertTaskName(name);
  const maxRetries = data.maxRetries ?? defaults.retry.maxRetries;
  return {
    name,
    queue: data.queue,
    schema: data.schema,
    priority: data.priority,
    maxRetries,
    timeout: Math.min(data.timeout ?? defaults.timeout.default, defaults.timeout.max ?? Infinity),
    delay: data.delay,
    scheduleAt: data.scheduleAt,
    idempotencyKey: data.idempotencyKey,
    retry: { ...defaults.retry, ...onlyGiven(data.retry ?? {}, given.retry ?? {}), maxRetries },
    circuitBreaker: data.circuitBreaker,
  };
}

/** A name is checked apart from the rest. */
function saysNothing(given: object | null): boolean {
  if (typeof given !== 'object' || given === null || Array.isArray(given)) return false;
  return Object.keys(given).every((key) => key === 'name');
}

/** The schema fills in the module's own defaults; here only what was said counts. */
function onlyGiven<T extends object>(parsed: T, given: object): Partial<T> {
  const said = (key: string): boolean => (given as Record<string, unknown>)[key] !== undefined;
  return Object.fromEntries(Object.entries(parsed).filter(([key]) => said(key))) as Partial<T>;
}
