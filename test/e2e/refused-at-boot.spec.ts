import { Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import {
  BackendUnavailableError,
  Task,
  type TasksModuleOptions,
  TasksModule,
  type TaskQueue,
} from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { freePort } from '../servers/child-server.mjs';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { rejection } from '../unit/rejection.js';
import { AN_ENTRY, entryAt, type EntryName, portOf } from './an-entry.js';
import { queueOf } from './queue-of.js';

@Injectable()
class Greetings {
  @Task()
  greet(name: string): string {
    return `hello ${name}`;
  }
}

/** Longer than a test may take: who waited for it would be seen to. */
const LONG = '10m';

/** An app that knows a server by an address at which nothing listens yet, and a way to have something there. */
async function appWithout(name: EntryName, connect: TasksModuleOptions['connect']) {
  const [entry, port] = [await AN_ENTRY[name](), await freePort()];
  const backend = entryAt(entry, port, { connectTimeout: LONG });
  const app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ env: {}, backend, connect })],
    providers: [Greetings],
  })
    .setLogger(new CapturingLogger())
    .compile();
  let proxy: TcpProxy | undefined;
  // Not the other way round: an app whose server has gone again waits for it a while.
  onTestFinished(async () => {
    await app.close();
    await proxy?.close();
  });
  const appear = async (): Promise<void> => {
    proxy = await TcpProxy.before(portOf(entry), port);
  };
  return { app, appear };
}

/** Enqueues as soon as that is possible. */
async function enqueued(queue: TaskQueue) {
  for (;;) {
    try {
      return await queue.enqueue('greet', 'Ada');
    } catch (error) {
      if (!(error instanceof BackendUnavailableError)) throw error;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

describe.each(['Redis', 'PostgreSQL', 'RabbitMQ'] as const)(
  'an app whose %s refuses the connection at boot',
  { timeout: 60_000 },
  (name) => {
    it('goes on at once where it is told to, and runs jobs when the server is there', async () => {
      const { app, appear } = await appWithout(name, { onBoot: 'continue', timeout: LONG });
      await app.init();
      expect(await rejection(queueOf(app).enqueue('greet', 'Ada'))).toMatchObject({
        code: 'TASKS_BACKEND_UNAVAILABLE',
        outcome: 'not-sent',
      });
      await appear();
      const job = await enqueued(queueOf(app));
      await expect(job.result({ timeout: '30s' })).resolves.toBe('hello Ada');
    });

    it('fails at once where it is told nothing', async () => {
      const { app } = await appWithout(name, { onBoot: 'fail', timeout: LONG });
      expect(await rejection(app.init())).toMatchObject({
        code: 'TASKS_BACKEND_UNAVAILABLE',
        reason: expect.stringContaining('nothing listens at its address') as string,
      });
    });
  },
);
