import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import type { CommandLine } from './command-line.js';
import type { Report } from './report.js';
import type { ShopProcess } from './shop-process.js';

const PACKING_MS = 2_000;
const BOUND_MS = 20_000;

/** Ends the shop in the middle of an order, and has a worker of the command line do what it leaves. */
export async function lookAtTheEnd(shop: ShopProcess, cli: CommandLine, report: Report): Promise<void> {
  await shop.order({ id: 'OR-LAST', to: 'ada@example.com', packing: PACKING_MS });
  await shop.until('health/tasks', ({ text }) => workersOf(text)['active'] === 1);
  shop.terminate();
  const draining = await shop.until('health/tasks', ({ status }) => status === 503);
  report.expect('the workers of a shop that ends', workersOf(draining.text)['draining'], true);
  report.expect('the exit code of the shop', await shop.ended(), 0);

  const worker = cli.start('worker', 'start');
  const exit = once(worker, 'exit', { signal: AbortSignal.timeout(BOUND_MS) });
  const events: string[] = [];
  createInterface({ input: worker.stdout as NodeJS.ReadableStream }).on('line', (line) =>
    events.push((JSON.parse(line) as { event: string }).event),
  );
  report.expect('jobs that nobody has done', await untilDone(cli), 0);
  worker.kill('SIGTERM');
  const [code] = (await exit) as [number | null];
  report.expect('what the worker says', events, ['started', 'drained']);
  report.expect('the exit code of the worker', code, 0);
  console.log(
    'the end     down while it drained, and ended with 0; a worker of the command line did the rest',
  );
}

const workersOf = (text: string): Record<string, unknown> =>
  (JSON.parse(text) as { workers?: Record<string, unknown> }).workers ?? {};

/** @returns how many jobs wait or run when none does any more, or when the time is over */
async function untilDone(cli: CommandLine): Promise<number> {
  for (const deadline = Date.now() + BOUND_MS; ; await sleep(100)) {
    const { json } = await cli.run('queues');
    const left = (json['items'] as { counts: Record<string, number> }[])
      .map(({ counts }) => Object.values(counts).reduce((a, b) => a + b, 0) - (counts['completed'] ?? 0))
      .reduce((a, b) => a + b, 0);
    if (left === 0 || Date.now() > deadline) return left;
  }
}
