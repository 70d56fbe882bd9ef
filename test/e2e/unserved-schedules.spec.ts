import { Injectable } from '@nestjs/common';
import { CapturingLogger } from '@nestjs/testing';
import { type BackendOptions, Task, TaskScheduler, TasksModule, type TasksModuleOptions } from 'nestjs-tasks';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { type Place, SHARED_BROKERS } from './operations/brokers.js';
import { startApp } from './start-app.js';

@Injectable()
class Digests {
  @Task({ name: 'send-digest' }) send(): void {}
}

async function start(backend: BackendOptions, options: TasksModuleOptions = {}) {
  const logger = new CapturingLogger();
  const app = await startApp(
    {
      imports: [TasksModule.forRoot({ backend, env: {}, logging: 'none', ...options })],
      providers: [Digests],
    },
    { logger },
  );
  const warnings = () =>
    logger
      .filter({ level: 'warn' })
      .map(({ message }) => String(message))
      .filter((message) => message.startsWith('Schedule '));
  return { scheduler: app.get(TaskScheduler), warnings };
}

describe.each(SHARED_BROKERS)('Schedules that are stored on %s', (_name, prepare) => {
  let place: Place;
  beforeEach(async () => {
    place = await prepare();
    const { scheduler } = await start(place.backend, { role: 'producer' });
    await scheduler.schedule({ name: 'weekly', task: 'send-digets', every: '1h' });
    await scheduler.schedule({ name: 'nightly', task: 'prune-everything', every: '1h', queue: 'bulk' });
    await scheduler.schedule({ name: 'daily', task: 'send-digest', every: '1h' });
    await scheduler.schedule({ name: 'never', task: 'send-digets', every: '1h', enabled: false });
  });
  afterEach(() => place.drop());

  const weekly =
    'Schedule "weekly" enqueues the task "send-digets", which no handler of this process has. Did you mean "send-digest"?';
  const nightly =
    'Schedule "nightly" enqueues the task "prune-everything", which no handler of this process has.';

  it.each<readonly [string, TasksModuleOptions, readonly string[]]>([
    ['that would run their jobs', {}, [nightly, weekly]],
    ['that gives jobs back which it does not know', { worker: { unknownTask: 'release' } }, [weekly]],
    ['that serves the queue of one', { worker: { queues: ['bulk'] } }, [nightly]],
  ])('and have no handler are warned of by a process %s', async (_process, options, expected) => {
    const { warnings } = await start(place.backend, options);
    await vi.waitFor(() => expect(warnings().toSorted()).toEqual(expected), { timeout: 10_000 });
  });
});
