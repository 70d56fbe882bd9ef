import { Injectable } from '@nestjs/common';
import { Task, TasksModule, UnrecoverableError } from 'nestjs-tasks';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { queueOf } from '../queue-of.js';
import { startApp } from '../start-app.js';
import { type Place, SHARED_BROKERS } from './brokers.js';

@Injectable()
class Work {
  @Task({ name: 'good' }) async good(): Promise<string> {
    return 'done';
  }
  @Task({ name: 'bad' }) async bad(): Promise<void> {
    throw new UnrecoverableError('it never works');
  }
}

const INTERVAL = 1_000;

describe.each(SHARED_BROKERS)(
  'What is kept of finished jobs on %s',
  { timeout: 60_000 },
  (_name, prepare) => {
    let place: Place;
    beforeEach(async () => {
      place = await prepare();
    });
    afterEach(() => place.drop());

    const retention = { completedTtl: 300, failedTtl: 300 };
    const start = (worker: object) =>
      startApp({
        imports: [TasksModule.forRoot({ backend: place.backend, logging: 'none', retention, worker })],
        providers: [Work],
      });

    it('is dropped by a sweep, results and dead letters too, on a queue that no claim touches any more', async () => {
      const runner = await start({ cleanupInterval: '1h' });
      const good = await queueOf(runner).enqueue('good');
      const bad = await queueOf(runner).enqueue('bad');
      await expect(good.result()).resolves.toBe('done');
      await bad.result().catch(() => undefined);
      await runner.close();

      const app = await start({ queues: ['urgent'], cleanupInterval: INTERVAL });
      await expect.poll(() => queueOf(app).count(['completed', 'failed']), { timeout: 10_000 }).toBe(0);
      expect(await queueOf(app).get(good.id)).toBeUndefined();
    });
  },
);
