import type { Job, JobData } from '../contract/index.js';
import { momentOf } from './output/moments.js';
import type { Column } from './output/table.js';

/** Characters of an error in a list; all of it is in `show`. */
const SHOWN = 60;

export const JOB_COLUMNS: readonly Column<Job>[] = [
  { title: 'ID', value: ({ id }) => id },
  { title: 'TASK', value: ({ name }) => name },
  { title: 'QUEUE', value: ({ queue }) => queue },
  {
    title: 'STATE',
    value: ({ status, reason }) => (reason === undefined ? status : `${status} (${reason})`),
    paint: (text, { status }, { red, green, yellow }) =>
      status === 'failed'
        ? red(text)
        : status === 'completed'
          ? green(text)
          : status === 'running'
            ? yellow(text)
            : text,
  },
  { title: 'RUNS', value: ({ attempt }) => attempt, align: 'right' },
  { title: 'WHEN', value: whenOf },
  {
    title: 'ERROR',
    value: ({ lastError }) => lastError && shortOf(`${lastError.name}: ${lastError.message}`),
  },
];

/** The moment that tells most of a job in its state. */
export function whenOf({ status, createdAt, startedAt, completedAt, scheduledAt }: Job): string {
  if (status === 'scheduled' || status === 'retrying') return momentOf(scheduledAt);
  return momentOf(completedAt ?? (status === 'running' ? startedAt : createdAt));
}

export const shortOf = (text: string): string =>
  text.length > SHOWN ? `${text.slice(0, SHOWN - 1)}…` : text;

/** Everything that is known of a job, in the order in which one asks. */
export function jobPairs(job: Job): readonly (readonly [string, string | undefined])[] {
  const data = job.toJSON();
  return [
    ['id', job.id],
    ['task', job.name],
    ['queue', job.queue],
    ['state', `${job.status}${job.reason === undefined ? '' : ` (${job.reason})`}`],
    ['runs', `${job.attempt} of at most ${job.maxRetries === Infinity ? 'any number' : job.maxRetries + 1}`],
    ['priority', String(job.priority)],
    ['enqueued', stampOf(job.createdAt)],
    ['due', stampOf(job.scheduledAt)],
    ['started', stampOf(job.startedAt)],
    ['finished', stampOf(job.completedAt)],
    ['depends on', job.dependsOn.map(({ queue, id }) => `${id} (${queue})`).join('\n') || undefined],
    [
      'progress',
      data.progress &&
        `${data.progress.current} of ${data.progress.total || 'unknown'} ${data.progress.message ?? ''}`,
    ],
    ['payload', valueOf(data, 'payload')],
    ['result', valueOf(data, 'resultValue')],
    ['error', job.lastError && (job.lastError.stack ?? `${job.lastError.name}: ${job.lastError.message}`)],
  ];
}

const stampOf = (moment: Date | undefined): string | undefined =>
  moment === undefined ? undefined : `${moment.toISOString()} (${momentOf(moment)})`;

function valueOf(data: JobData, part: 'payload' | 'resultValue'): string | undefined {
  if (data.unreadable?.includes(part) === true)
    return '(cannot be read here: it was written by a codec of the app; give --app)';
  const value = data[part];
  return value === undefined ? undefined : JSON.stringify(value, undefined, 2);
}
