import { getQueueToken, type TaskQueue, type TasksModuleOptions, WorkerPool } from 'nestjs-tasks';
import { benchApp } from '../app.js';
import type { OpenProduct } from './product.js';

/** More than any row enqueues. */
const EVERYTHING = 10_000_000;
const SLOTS_A_WORKER = 10;

type Brokers = Pick<TasksModuleOptions, 'backend' | 'backends'>;

/** A Nest app on a backend of the type; its workers begin when they are told to. */
export const openOurs = (type: 'redis' | 'postgres' | 'rabbitmq'): OpenProduct =>
  openOursOn((url) => ({ backend: { type, url } }));

/** The same on backends of the caller's choice. */
export const openOursOn =
  (brokersAt: (url: string) => Brokers): OpenProduct =>
  async ({ url, slots, keepsResults, recipient }) => {
    const app = await benchApp(recipient, {
      ...brokersAt(url),
      retention: { completedMax: keepsResults ? EVERYTHING : 0 },
      worker: {
        workerCount: Math.ceil(slots / SLOTS_A_WORKER),
        maxConcurrentTasks: Math.min(slots, SLOTS_A_WORKER),
        autoStart: false,
      },
    });
    const queue = app.get<TaskQueue>(getQueueToken());
    return {
      enqueue: (payload) => queue.enqueue('noop', payload),
      enqueueMany: (payloads, { dueAt, priorityOf } = {}) =>
        queue.enqueueMany(
          payloads.map((payload) => ({
            name: 'noop',
            payload,
            ...(dueAt === undefined ? {} : { scheduleAt: new Date(dueAt) }),
            ...(priorityOf === undefined ? {} : { priority: priorityOf(payload.n) }),
          })),
        ),
      start: () => app.get(WorkerPool).start(),
      unfinished: () => queue.count(['pending', 'scheduled', 'waiting', 'running', 'retrying']),
      close: () => app.close(),
    };
  };
