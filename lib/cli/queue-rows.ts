import type { Counts, QueueBackend, QueueStatus } from '../contract/index.js';
import type { TaskQueue } from '../queue/index.js';
import { lengthOf } from './output/moments.js';
import type { Column } from './output/table.js';

/** A queue at a glance, as it is shown and as JSON has it. */
export interface QueueRow {
  readonly queue: string;
  readonly backend: string;
  readonly paused: boolean;
  readonly counts: Counts;
  /** Since when the job that has been ready longest is ready, ISO 8601; null when nothing is. */
  readonly readySince: string | null;
}

/** What is said where there is none. */
export const NO_QUEUES =
  'There is no queue: nothing was ever enqueued here. Is the --prefix or --schema right?';

/** One call a backend, however many queues. */
export async function readQueues(queues: readonly TaskQueue[]): Promise<QueueRow[]> {
  const byBackend = new Map<QueueBackend, TaskQueue[]>();
  for (const queue of queues) byBackend.set(queue.backend, [...(byBackend.get(queue.backend) ?? []), queue]);
  const statuses = new Map<TaskQueue, QueueStatus>();
  await Promise.all(
    [...byBackend].map(async ([backend, own]) => {
      const found = await backend.inspect(own.map(({ name }) => name));
      own.forEach((queue, place) => statuses.set(queue, found[place] as QueueStatus));
    }),
  );
  return queues.map((queue) => rowOf(queue, statuses.get(queue) as QueueStatus));
}

function rowOf({ name, backendName }: TaskQueue, { counts, isPaused, readySince }: QueueStatus): QueueRow {
  return {
    queue: name,
    backend: backendName,
    paused: isPaused,
    counts,
    readySince: readySince === undefined ? null : new Date(readySince).toISOString(),
  };
}

/** In the order of a job's life, each with how soon it gives way on a narrow terminal. */
const STATES: readonly (readonly [state: keyof Counts, yields?: number])[] = [
  ['pending'],
  ['scheduled', 6],
  ['waiting', 7],
  ['running'],
  ['retrying', 5],
  ['completed', 8],
  ['failed'],
  ['cancelled', 9],
];

export const QUEUE_COLUMNS: readonly Column<QueueRow>[] = [
  {
    title: 'QUEUE',
    value: ({ queue, paused }) => `${queue}${paused ? ' (paused)' : ''}`,
    paint: (text, { paused }, { yellow }) => (paused ? yellow(text) : text),
  },
  { title: 'BACKEND', value: ({ backend }) => backend, yields: 10 },
  ...STATES.map(([state, yields]): Column<QueueRow> => ({
    title: state.toUpperCase(),
    value: ({ counts }) => counts[state],
    align: 'right',
    ...(yields === undefined ? {} : { yields }),
    paint: (text, { counts }, { red, dim }) =>
      counts[state] === 0 ? dim(text) : state === 'failed' ? red(text) : text,
  })),
  {
    title: 'OLDEST',
    value: ({ readySince }) =>
      readySince === null ? '' : lengthOf(Math.max(0, Date.now() - Date.parse(readySince))),
    align: 'right',
    yields: 1,
  },
];
