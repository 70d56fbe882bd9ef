import { ENVELOPE_VERSION, type Job, type JobData, type JobPart, type JobRecord } from '../contract/index.js';
import { jsonCodec } from '../codecs/index.js';
import { isInstance, TaskCodecError } from '../errors/index.js';
import { CRON_HEADER, firingHeaders } from './firing-headers.js';

/** What was not readable where it came from is not readable here either, rather than `undefined`. */
const NO_JSON = '';

/** A job as plain data; what it does not have is left out. */
export function dataOf(record: JobRecord, job: Job): JobData {
  const { id, name, queue, state, reason, priority, maxRetries, timeout, attempt, error } = record;
  const { dependsOn, cronExpression, firing, retryCount } = job;
  const unreadable: JobPart[] = [];
  const payload = readPart(job, 'payload', unreadable);
  const resultValue = readPart(job, 'resultValue', unreadable);
  const progress = readPart(job, 'progress', unreadable);
  return {
    id,
    name,
    queue,
    ...(payload === undefined ? {} : { payload }),
    ...(unreadable.length === 0 ? {} : { unreadable }),
    status: state,
    ...(reason === undefined ? {} : { reason }),
    priority,
    maxRetries,
    ...(timeout === undefined ? {} : { timeout }),
    dependsOn: dependsOn.map((parent) => ({ queue: parent.queue, id: parent.id })),
    createdAt: job.createdAt.toISOString(),
    ...moments(job),
    ...(cronExpression === undefined ? {} : { cronExpression }),
    ...(firing === undefined
      ? {}
      : {
          firing: {
            schedule: firing.schedule,
            slot: firing.slot.toISOString(),
            lateness: firing.lateness,
          },
        }),
    attempt,
    retryCount,
    ...(error === undefined ? {} : { lastError: error }),
    ...(resultValue === undefined ? {} : { resultValue }),
    ...(progress === undefined ? {} : { progress }),
  };
}

/** A list of jobs must not be lost because one of them cannot be read: that one may be a dead letter for this very reason. */
function readPart<P extends JobPart>(job: Job, part: P, unreadable: JobPart[]): Job[P] | undefined {
  try {
    return job[part];
  } catch (error) {
    if (!isInstance(error, TaskCodecError)) throw error;
    unreadable.push(part);
    return undefined;
  }
}

function moments({ startedAt, completedAt, scheduledAt }: Job) {
  return {
    ...(startedAt === undefined ? {} : { startedAt: startedAt.toISOString() }),
    ...(completedAt === undefined ? {} : { completedAt: completedAt.toISOString() }),
    ...(scheduledAt === undefined ? {} : { scheduledAt: scheduledAt.toISOString() }),
  };
}

/** The record that a job's plain data stand for, as far as they tell. */
export function recordOf(data: JobData): JobRecord {
  const { id, name, queue, status, reason, priority, maxRetries, timeout, dependsOn, attempt, lastError } =
    data;
  const { startedAt, completedAt, scheduledAt, unreadable = [] } = data;
  const payload = unreadable.includes('payload') ? NO_JSON : jsonCodec.encode(data.payload);
  const result = unreadable.includes('resultValue') ? NO_JSON : jsonCodec.encode(data.resultValue);
  const noProgress = unreadable.includes('progress');
  const progress = noProgress ? { current: 0, total: 0 } : data.progress;
  const metadata = noProgress ? NO_JSON : jsonCodec.encode(data.progress?.metadata);
  return {
    id,
    name,
    queue,
    state: status,
    ...(reason === undefined ? {} : { reason }),
    ...(payload === undefined ? {} : { payload }),
    codec: jsonCodec.name,
    priority,
    maxRetries,
    maxStalled: 0,
    ...(timeout === undefined ? {} : { timeout }),
    attempt,
    stalls: 0,
    fence: '0',
    createdAt: Date.parse(data.createdAt),
    ...(startedAt === undefined ? {} : { startedAt: Date.parse(startedAt) }),
    ...(completedAt === undefined ? {} : { finishedAt: Date.parse(completedAt) }),
    ...(scheduledAt === undefined ? {} : { dueAt: Date.parse(scheduledAt) }),
    ...headersOf(data),
    ...(dependsOn.length === 0 ? {} : { dependsOn }),
    ...(lastError === undefined ? {} : { error: lastError }),
    ...(result === undefined ? {} : { result }),
    ...(progress === undefined
      ? {}
      : {
          progress: {
            current: progress.current,
            total: progress.total,
            ...(progress.message === undefined ? {} : { message: progress.message }),
            ...(metadata === undefined ? {} : { metadata }),
          },
        }),
    replays: 0,
    version: ENVELOPE_VERSION,
  };
}

function headersOf({ cronExpression, firing }: JobData): Pick<JobRecord, 'headers'> {
  if (firing !== undefined) {
    const { schedule, slot, lateness } = firing;
    return { headers: firingHeaders(schedule, Date.parse(slot), lateness, cronExpression) };
  }
  return cronExpression === undefined ? {} : { headers: { [CRON_HEADER]: cronExpression } };
}
