import type { SeenSpan } from '../operations/start-tracing.js';
import type { Plan } from './plan.js';
import type { Report } from './report.js';

/** What an order goes through, each step below the one before it: one trace over all brokers. */
const WAY = [
  'POST /orders',
  'send orders',
  'process orders',
  'send invoices',
  'process invoices',
  'send mails',
  'process mails',
];

/** Holds the spans against what was ordered. @returns what was seen, as a sentence */
export function lookAtTraces(spans: readonly SeenSpan[], plan: Plan, report: Report): string {
  const roots = spans.filter(({ name }) => name === WAY[0]);
  report.expect('traces of orders', roots.length, plan.orders.length);
  for (const root of roots) {
    const order = String(root.attributes['shop.order']);
    const own = spans.filter(({ trace }) => trace === root.trace);
    const last = wayFrom(root, own, order, report);
    report.expect(`whether the mail of ${order} has an error`, last?.isError, order === plan.undeliverable);
    const attempts = own.filter(({ name }) => name === 'process orders');
    report.expect(`attempts to pack ${order}`, attempts.length, order === plan.fragile ? 2 : 1);
  }
  const failed = spans.filter(({ isError }) => isError).length;
  return `${roots.length} of ${WAY.length} steps each, from the request to the mail; ${failed} spans have an error`;
}

/** Goes down the spans of an order. Of two attempts the one that succeeded goes on. */
function wayFrom(
  root: SeenSpan,
  spans: readonly SeenSpan[],
  order: string,
  report: Report,
): SeenSpan | undefined {
  let at: SeenSpan | undefined = root;
  for (const name of WAY.slice(1)) {
    const below: readonly SeenSpan[] = spans.filter((span) => span.parent === at?.id && span.name === name);
    at = below.find(({ isError }) => !isError) ?? below[0];
    report.expect(`whether the trace of ${order} has "${name}" in its place`, at !== undefined, true);
  }
  return at;
}
