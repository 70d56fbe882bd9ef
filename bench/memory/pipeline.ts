import {
  LoggingMiddleware,
  MetricsMiddleware,
  systemClock,
  type TaskExecutionContext,
  TaskMetricsCollector,
  TaskMiddlewarePipeline,
  TimeoutMiddleware,
  Zombies,
} from 'nestjs-tasks';
import { payload } from '../payload.js';
import type { Subject } from '../subjects.js';

const WARM_UP = 50_000;

/** Microseconds that the pipeline with its three built-ins adds to calling a handler in a loop. */
const subject: Subject = async (jobs) => {
  let calls = 0;
  const body = payload(1);
  const handler = async (_payload: unknown) => void calls++;
  const pipeline = new TaskMiddlewarePipeline([
    new LoggingMiddleware({ log: noop, warn: noop, error: noop }, 'failures', systemClock),
    new MetricsMiddleware(new TaskMetricsCollector(), systemClock),
    new TimeoutMiddleware(systemClock, new Zombies(100)),
  ]).compile((ctx) => handler(ctx.payload));

  const bare = async (count: number) => {
    for (let n = 0; n < count; n++) await handler(body);
  };
  const wrapped = async (count: number) => {
    for (let n = 0; n < count; n++) await pipeline(context(n, body));
  };
  await bare(WARM_UP);
  await wrapped(WARM_UP);
  const loop = await time(() => bare(jobs));
  const piped = await time(() => wrapped(jobs));
  if (calls !== 2 * (jobs + WARM_UP)) throw new Error(`The handler was called ${calls} times.`);
  return { microseconds: ((piped - loop) * 1_000) / jobs, loop: (loop * 1_000) / jobs };
};

async function time(body: () => Promise<void>): Promise<number> {
  const start = performance.now();
  await body();
  return performance.now() - start;
}

function context(n: number, body: unknown): TaskExecutionContext {
  return {
    job: {
      id: `job-${n}`,
      name: 'noop',
      queue: 'default',
      attempt: 1,
      maxRetries: 3,
      priority: 5,
      createdAt: 0,
    },
    attempt: 1,
    workerId: 'bench',
    startedAt: systemClock.now(),
    timeout: 300_000,
    payload: body,
  } as TaskExecutionContext;
}

function noop(): void {}

export default subject;
