import type { Command } from 'commander';
import { createLogUpdate } from 'log-update';
import type { Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { sleepFor } from '../sleep-for.js';
import { NO_QUEUES, QUEUE_COLUMNS, type QueueRow, readQueues } from '../queue-rows.js';
import type { Output } from '../output/output.js';
import { type QueueTrend, TREND_COLUMN, Trends } from '../queue-trends.js';
import { interval, names, whole } from './option-values.js';

interface StatsOptions {
  readonly queue?: readonly string[];
  readonly watch?: true;
  readonly interval: Ms;
  readonly count?: number;
}

/** `stats`, and `stats --watch`. */
export function addStats(stats: Command, kit: CommandKit): void {
  stats
    .option('-q, --queue <names>', 'these alone, with commas between them', names)
    .option('-w, --watch', 'draws it anew in place; without a terminal, prints it anew')
    .option('--interval <time>', 'how often', interval, 2_000)
    .option('--count <times>', 'ends after so many looks', whole)
    .action(
      kit.withSession<StatsOptions>(async ({ session, output, options }) => {
        const { watch, interval: pause, count = watch === true ? Infinity : 1 } = options;
        const queues = session.queues(options.queue);
        const trends = new Trends();
        const show = shower(output);
        const stop = new AbortController();
        const onSignal = (): void => stop.abort();
        process.once('SIGINT', onSignal).once('SIGTERM', onSignal);
        for (let look = 1; !stop.signal.aborted; look++) {
          show(trends.note(await readQueues(queues)));
          if (look >= count) break;
          await sleepFor(pause, stop.signal);
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
    const text = viewOf(rows, output, draw === undefined ? Infinity : terminal.height - AROUND);
    if (draw === undefined) terminal.print(text);
    else draw(text);
  };
}

/** Lines of a view beside those of its queues: the moment, the headings, the sum, what is left out, and the cursor's own. */
const AROUND = 5;

function viewOf(rows: readonly QueueTrend[], output: Output, most: number): string {
  const { dim } = output.terminal.colors;
  const now = dim(new Date().toISOString());
  if (rows.length === 0) return `${now}\n${NO_QUEUES}`;
  const shown = rows.length > most ? busiest(rows, Math.max(1, most)) : rows;
  const table = output.table<QueueTrend>(
    [...QUEUE_COLUMNS, TREND_COLUMN],
    rows.length > 1 ? [...shown, sumOf(rows)] : shown,
  );
  const left = rows.length - shown.length;
  return `${now}\n${table}${left === 0 ? '' : `\n${dim(`The busiest; ${left} more: --queue`)}`}`;
}

/** Those with the most to do, in the order in which they were. */
function busiest(rows: readonly QueueTrend[], most: number): QueueTrend[] {
  const load = ({ counts: { pending, running, retrying, waiting } }: QueueTrend): number =>
    pending + running + retrying + waiting;
  const chosen = new Set(rows.toSorted((a, b) => load(b) - load(a)).slice(0, most));
  return rows.filter((row) => chosen.has(row));
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
