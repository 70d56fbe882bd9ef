import { lostIn } from './promql.js';
import { readMonitoring } from './monitoring.js';
import type { Plan } from './plan.js';
import type { Report } from './report.js';
import { scraped, valueOf } from './scraped.js';
import type { ShopProcess } from './shop-process.js';

/** Waits until all orders are through, and holds the numbers against what was ordered. */
export async function lookAtMetrics(shop: ShopProcess, plan: Plan, report: Report): Promise<void> {
  const count = plan.orders.length;
  report.expect('a scrape without the token', (await shop.get('metrics', 'wrong')).status, 403);
  const { status, text } = await shop.until('metrics', ({ text }) => isThrough(text, count));
  report.expect('a scrape', status, 200);
  numbersOf(text, count, report);
  const summary = JSON.parse((await shop.get('summary')).text) as Record<string, unknown>;
  report.expect('runs that the dashboard has', summary['runs'], 3 * count + 1);
  report.expect('failures that the dashboard has', [summary['retried'], summary['failed']], [1, 1]);

  const folder = new URL('./monitoring/', import.meta.resolve('nestjs-tasks/package.json'));
  const { panels, alerts } = readMonitoring(folder);
  const expressions = [...panels, ...alerts];
  const series = scraped(text);
  const lost = expressions.filter((expr) => lostIn(expr, series)?.length !== 0);
  report.expectNone('expressions of dashboard and alerts without a series', lost);
  console.log(
    `metrics     ${series.size} names in a scrape; ${expressions.length} expressions of the dashboard and the alerts find theirs`,
  );
}

export const runs = (text: string, task: string, outcome: string): number =>
  valueOf(text, 'tasks_runs_total', { task, outcome }) ?? 0;

/** A mail can be sent before the outcome of the bill that asked for it is written. */
const isThrough = (text: string, count: number): boolean =>
  ['pack', 'bill', 'mail'].every(
    (task) => runs(text, task, 'completed') + runs(text, task, 'failed') >= count,
  );

/** What a scrape has to say when so many orders are through. */
export function numbersOf(text: string, count: number, report: Report): void {
  const value = (name: string, labels: Record<string, string> = {}) => valueOf(text, name, labels);
  const expect = (name: string, labels: Record<string, string>, expected: number): void =>
    report.expect(`${name} ${JSON.stringify(labels)}`, value(name, labels), expected);
  for (const task of ['pack', 'bill', 'mail']) expect('tasks_enqueued_total', { task }, count);
  expect('tasks_runs_total', { task: 'pack', outcome: 'completed' }, count);
  expect('tasks_runs_total', { task: 'pack', outcome: 'retrying' }, 1);
  expect('tasks_runs_total', { task: 'bill', outcome: 'completed' }, count);
  expect('tasks_runs_total', { task: 'mail', outcome: 'completed' }, count - 1);
  expect('tasks_dead_letters_total', { task: 'mail', reason: 'TASKS_UNRECOVERABLE' }, 1);
  expect('tasks_wait_seconds_count', { task: 'pack' }, count);
  expect('tasks_run_seconds_count', { task: 'pack' }, count + 1);
  expect('tasks_queue_jobs', { queue: 'mails', state: 'failed' }, 1);
  expect('tasks_queue_jobs', { queue: 'invoices', state: 'pending' }, 0);
  const up = scraped(text).get('tasks_backend_up') ?? [];
  report.expectNone(
    'backends that are not up',
    up.filter((sample) => sample.value !== 1),
  );
}
