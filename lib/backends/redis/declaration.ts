import type { KeyLimits, QueueDefinition, RateLimit } from '../../contract/index.js';

/** What a queue is declared with, as words in pairs; what is not said is not among them. */
export function declarationWords({
  concurrency,
  rateLimit,
  maxSize,
  perKey,
  retention = {},
}: QueueDefinition): string[] {
  const words: Readonly<Record<string, string | number | undefined>> = {
    concurrency,
    rate: rateLimit && rateText(rateLimit),
    maxSize,
    keyConcurrency: perKey?.concurrency,
    keyRate: perKey?.rateLimit && rateText(perKey.rateLimit),
    keyOverrides: perKey?.overrides && overridesText(perKey.overrides),
    completedTtl: retention.completedTtl,
    completedMax: retention.completedMax,
    failedTtl: retention.failedTtl,
    failedMax: retention.failedMax,
  };
  return Object.entries(words).flatMap(([word, value]) =>
    value === undefined || value === Infinity ? [] : [word, String(value)],
  );
}

function rateText({ limit, per, burst = limit }: RateLimit): string {
  return `${limit},${per},${burst}`;
}

/** A key's concurrency and rate in turn; false for none, since Lua's tables end at the first gap. */
function overridesText(overrides: Readonly<Record<string, KeyLimits>>): string {
  const limits = Object.entries(overrides).map(([key, { concurrency, rateLimit }]) => [
    key,
    [concurrency ?? false, rateLimit === undefined ? false : rateText(rateLimit)],
  ]);
  return JSON.stringify(Object.fromEntries(limits));
}
