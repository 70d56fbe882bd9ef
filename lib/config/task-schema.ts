import { z } from 'zod';
import { HIGHEST_PRIORITY, LOWEST_PRIORITY, type CustomBackoff } from '../contract/index.js';
import * as field from './option-fields.js';

const AS_DECORATED = 'as `@Task()` says';

export const retrySchema = z.strictObject({
  maxRetries: field.wholeOption('Runs after the first.', 3, 0, 1_000_000),
  backoff: z
    .union(
      [z.enum(['fixed', 'linear', 'exponential']), field.own<CustomBackoff>(field.isFunction, 'function')],
      { error: "must be 'fixed', 'linear', 'exponential' or a function" },
    )
    .default('exponential')
    .meta({
      type: "'fixed' | 'linear' | 'exponential' | CustomBackoff",
      description: 'How the delay grows with the attempts.',
    }),
  delay: field.durationOption('Before the second run.', '1s'),
  maxDelay: field.durationOption('Cap of any backoff.', '5m'),
  jitter: field.flagOption('Spreads each backoff over its upper half.', true),
  shouldRetry: field
    .own<(error: unknown, attempt: number) => boolean>(field.isFunction, 'must be a function')
    .optional()
    .meta({
      type: 'function',
      description: 'Says by the error whether another run makes sense.',
      otherwise: 'always',
    }),
});

const BREAKER_FORM = 'must be true, false or { threshold?, cooldown? }';

export const circuitBreakerSchema = z.strictObject(
  {
    threshold: field.wholeOption('Failures in a row that open it.', 5, 1),
    cooldown: field.durationOption('How long it stays open.', '30s', 1),
  },
  { error: BREAKER_FORM },
);

const breakerForm = (value: unknown): unknown => {
  if (value === true) return {};
  return value === false ? undefined : value;
};

export const breakerOption = z.preprocess(breakerForm, circuitBreakerSchema.optional());

/** What the options can say of one task; each key is left as it is where they say nothing. */
export const taskOverridesSchema = z.strictObject(
  {
    queue: field.nameOption('Where calls of it go when the call does not say.', AS_DECORATED),
    priority: field.optionalWhole('Higher runs first.', AS_DECORATED, LOWEST_PRIORITY, HIGHEST_PRIORITY),
    maxRetries: field.optionalWhole('Runs after the first.', AS_DECORATED, 0, 1_000_000),
    timeout: field.optionalDuration('Of each run; capped by `timeout.max`.', AS_DECORATED, 1),
    delay: field.optionalDuration('Each call is due this long after its enqueue.', AS_DECORATED),
    retry: z
      .strictObject({
        backoff: retrySchema.shape.backoff
          .unwrap()
          .optional()
          .meta({ ...field.notesOf(retrySchema.shape.backoff), otherwise: AS_DECORATED }),
        delay: field.optionalDuration('Before the second run.', AS_DECORATED),
        maxDelay: field.optionalDuration('Cap of any backoff.', AS_DECORATED),
        jitter: field.optionalFlag('Spreads each backoff over its upper half.', AS_DECORATED),
        shouldRetry: retrySchema.shape.shouldRetry
          .unwrap()
          .optional()
          .meta({ ...field.notesOf(retrySchema.shape.shouldRetry), otherwise: AS_DECORATED }),
      })
      .optional(),
    circuitBreaker: z
      .preprocess(
        breakerForm,
        z
          .strictObject(
            {
              threshold: field.optionalWhole('Failures in a row that open it.', AS_DECORATED, 1),
              cooldown: field.optionalDuration('How long it stays open.', AS_DECORATED, 1),
            },
            { error: BREAKER_FORM },
          )
          .optional(),
      )
      .meta({
        type: 'boolean | object',
        description: 'Stops running the task while it keeps failing.',
        otherwise: AS_DECORATED,
      }),
  },
  { error: 'must be an object' },
);
