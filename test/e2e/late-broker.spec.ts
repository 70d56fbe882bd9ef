import { CapturingLogger, Test, type TestingModule } from '@nestjs/testing';
import { Injectable } from '@nestjs/common';
import { BackendUnavailableError, Task, type TaskQueue, TasksModule } from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../servers/child-server.mjs';
import { startRedis } from '../servers/redis.mjs';
import { rejection } from '../unit/rejection.js';
import { queueOf } from './queue-of.js';

@Injectable()
class Greetings {
  @Task()
  greet(name: string): string {
    return `hello ${name}`;
  }
}

const CONNECT = 300;

/** An app whose Redis server is not there yet, and a way to start that. */
async function appBeforeItsServer(onBoot: 'continue' | 'wait') {
  const port = await freePort();
  const app = await Test.createTestingModule({
    imports: [
      TasksModule.forRoot({
        backend: { type: 'redis', url: `redis://127.0.0.1:${port}`, options: { connectTimeout: CONNECT } },
        connect: { onBoot, timeout: '60s' },
      }),
    ],
    providers: [Greetings],
  })
    .setLogger(new CapturingLogger())
    .compile();
  onTestFinished(() => app.close());
  const startServer = async (): Promise<void> => {
    const server = await startRedis({ port });
    onTestFinished(() => server.stop());
  };
  return { app, startServer };
}

/** Enqueues as soon as that is possible. */
async function enqueued(queue: TaskQueue) {
  for (;;) {
    try {
      return await queue.enqueue('greet', 'Ada');
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
    }
  }
}

const warnings: string[] = [];
process.on('warning', ({ name }) => warnings.push(name));

async function expectWork(app: TestingModule): Promise<void> {
  const job = await enqueued(queueOf(app));
  await expect(job.result({ timeout: '20s' })).resolves.toBe('hello Ada');
}

describe('an app that starts before its Redis server', { timeout: 60_000 }, () => {
  it('refuses calls until the server is there, and then runs jobs by itself', async () => {
    const { app, startServer } = await appBeforeItsServer('continue');
    await app.init();
    expect(await rejection(queueOf(app).enqueue('greet', 'Ada'))).toBeInstanceOf(BackendUnavailableError);
    await startServer();
    await expectWork(app);
  });

  it('waits with its start for as long as it is told, and then runs jobs', async () => {
    const { app, startServer } = await appBeforeItsServer('wait');
    const booted = app.init();
    // The first attempts have ended by then.
    await new Promise((resolve) => setTimeout(resolve, 4 * CONNECT));
    await startServer();
    await booted;
    await expectWork(app);
  });

  it('leaves nothing behind of the attempts that failed', async () => {
    const { app } = await appBeforeItsServer('continue');
    await app.init();
    await new Promise((resolve) => setTimeout(resolve, 10 * CONNECT));
    expect(warnings).not.toContain('MaxListenersExceededWarning');
  });
});
