import { setTimeout as sleep } from 'node:timers/promises';
import type { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import type { Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { QUEUE_COLUMNS, type QueueRow, readQueues } from '../queue-rows.js';
import type { Output } from '../output/output.js';
import { tableOf } from '../output/table.js';
import { type QueueTrend, TREND_COLUMN, Trends } from '../queue-trends.js';
import { duration, names, whole } from './option-values.js';

interface StatsOptions {
  readonly queue?: readonly string[];
  readonly watch?: true;
  readonly interval: Ms;
  readonly count?: number;
}

/** `stats`, and `stats --watch`. */
export function addStats(program: Command, kit: CommandKit): void {
  program
    .command('stats')
    .description('Shows the queues with their sums; with --watch again and again, until Ctrl+C')
    .option('-q, --queue <names>', 'these alone, with commas between them', names)
    .option('-w, --watch', 'draws it anew in place; without a terminal, prints it anew')
    .option('--interval <time>', 'how often', duration, 2_000)
    .option('--count <times>', 'ends after so many looks', whole)
    .action(
      kit.withSession<StatsOptions>(async ({ session, output, options }) => {
        const { watch, interval, count = watch === true ? Infinity : 1 } = options;
        const queues = session.queues(options.queue);
        const trends = new Trends();
        const show = shower(output);
        const stop = new AbortController();
        const onSignal = (): void => stop.abort();
        process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
        for (let look = 1; !stop.signal.aborted; look++) {
          show(trends.note(await readQueues(queues)));
          if (look >= count) break;
          await sleep(interval, undefined, { signal: stop.signal }).catch(() => undefined);
        }
        process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
      }),
    );
}

function shower(output: Output): (rows: readonly QueueTrend[]) => void {
  const { terminal } = output;
  if (output.isJson)
    return (rows) => output.json({ at: new Date().toISOString(), queues: rows, total: sumOf(rows) });
  const draw = terminal.isLive ? createLogUpdate(terminal.out, { showCursor: true }) : undefined;
  return (rows) => {
    const table = tableOf<QueueTrend>(
      [...QUEUE_COLUMNS, TREND_COLUMN],
      rows.length > 1 ? [...rows, sumOf(rows)] : rows,
      terminal.colors,
    );
    const text = `${terminal.colors.dim(new Date().toISOString())}\n${table}`;
    if (draw === undefined) terminal.print(text);
    else draw(text);
  };
}

/** All queues together, as one. */
function sumOf(rows: readonly QueueTrend[]): QueueTrend {
  const states = Object.keys(rows[0]?.counts ?? {}) as (keyof QueueRow['counts'])[];
  const counts = Object.fromEntries(
    states.map((state) => [state, rows.reduce((sum, row) => sum + row.counts[state], 0)]),
  ) as QueueRow['counts'];
  const since = rows.flatMap(({ readySince }) => readySince ?? []).toSorted();
  const change = rows.reduce((sum, row) => sum + (row.waitingChange ?? 0), 0);
  return {
    queue: 'all',
    backend: '',
    paused: false,
    counts,
    readySince: since[0] ?? null,
    waitingChange: rows.some(({ waitingChange }) => waitingChange !== null) ? change : null,
  };
}
