import { ENVELOPE_VERSION, type Job, type JobData, type JobRecord } from '../contract/index.js';
import { jsonCodec } from '../codecs/index.js';

/** Where a job carries the schedule that it came from. */
export const CRON_HEADER = 'cron';
/** Headers that callers cannot set. */
export const RESERVED_HEADERS: readonly string[] = [CRON_HEADER];

/** A job as plain data; what it does not have is left out. */
export function dataOf(record: JobRecord, job: Job): JobData {
  const { id, name, queue, state, reason, priority, maxRetries, timeout, attempt, error } = record;
  const { payload, resultValue, progress, dependsOn, cronExpression, retryCount } = job;
  return {
    id,
    name,
    queue,
    ...(payload === undefined ? {} : { payload }),
    status: state,
    ...(reason === undefined ? {} : { reason }),
    priority,
    maxRetries,
    ...(timeout === undefined ? {} : { timeout }),
    dependsOn: dependsOn.map((parent) => ({ queue: parent.queue, id: parent.id })),
    createdAt: job.createdAt.toISOString(),
    ...moments(job),
    ...(cronExpression === undefined ? {} : { cronExpression }),
    attempt,
    retryCount,
    ...(error === undefined ? {} : { lastError: error }),
    ...(resultValue === undefined ? {} : { resultValue }),
    ...(progress === undefined ? {} : { progress }),
  };
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
  const { startedAt, completedAt, scheduledAt, cronExpression, progress } = data;
  const payload = jsonCodec.encode(data.payload);
  const result = jsonCodec.encode(data.resultValue);
  const metadata = jsonCodec.encode(progress?.metadata);
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
    ...(cronExpression === undefined ? {} : { headers: { [CRON_HEADER]: cronExpression } }),
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
