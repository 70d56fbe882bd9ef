import type { KeyLimits, QueueDefinition, RateLimit } from '../../contract/index.js';

/** What a queue is declared with, as the columns of its row; what is not said is not among them. */
export function declarationColumns(
  name: string,
  { concurrency, rateLimit, maxSize, perKey, retention = {} }: QueueDefinition,
): object {
  return {
    name,
    concurrency: bounded(concurrency),
    rate_limit: rateLimit?.limit,
    rate_per: rateLimit?.per,
    rate_burst: rateLimit && (rateLimit.burst ?? rateLimit.limit),
    max_size: bounded(maxSize),
    key_concurrency: bounded(perKey?.concurrency),
    key_rate: perKey?.rateLimit && rateColumns(perKey.rateLimit),
    key_overrides: perKey?.overrides && overrides(perKey.overrides),
    completed_ttl: bounded(retention.completedTtl),
    // No number is the default here, not no bound.
    completed_max:
      retention.completedMax === undefined
        ? undefined
        : Math.min(Math.trunc(retention.completedMax), Number.MAX_SAFE_INTEGER),
    failed_ttl: bounded(retention.failedTtl),
    failed_max: bounded(retention.failedMax),
  };
}

function bounded(number: number | undefined): number | undefined {
  return number === undefined || number > Number.MAX_SAFE_INTEGER ? undefined : Math.trunc(number);
}

function rateColumns({ limit, per, burst = limit }: RateLimit): readonly number[] {
  return [limit, per, burst];
}

/** A key's concurrency and rate in turn. */
function overrides(given: Readonly<Record<string, KeyLimits>>): object {
  const limits = Object.entries(given).map(([key, { concurrency, rateLimit }]) => [
    key,
    [bounded(concurrency) ?? null, rateLimit === undefined ? null : rateColumns(rateLimit)],
  ]);
  return Object.fromEntries(limits) as object;
}
