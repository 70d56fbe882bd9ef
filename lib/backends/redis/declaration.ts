import type { KeyLimits, QueueDefinition, RateLimit } from '../../contract/index.js';

/** What a queue is declared with, in the order in which scripts read it; what is not said is empty. */
export function declarationText({
  concurrency,
  rateLimit,
  maxSize,
  perKey,
  retention = {},
}: QueueDefinition): string {
  const parts: readonly (string | number | undefined)[] = [
    concurrency,
    rateLimit && rateText(rateLimit),
    maxSize,
    retention.completedTtl,
    retention.completedMax,
    retention.failedTtl,
    retention.failedMax,
    perKey?.concurrency,
    perKey?.rateLimit && rateText(perKey.rateLimit),
    // The last, since a key may hold what parts them.
    perKey?.overrides && overridesText(perKey.overrides),
  ];
  return parts.map((part) => (part === undefined || part === Infinity ? '' : String(part))).join('|');
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
