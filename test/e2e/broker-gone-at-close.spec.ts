import { Injectable } from '@nestjs/common';
import { CapturingLogger, Test } from '@nestjs/testing';
import { Task, TasksModule, WorkerPool } from 'nestjs-tasks';
import { describe, expect, it, onTestFinished } from 'vitest';
import { TcpProxy } from '../servers/tcp-proxy.js';
import { AN_ENTRY, entryAt, type EntryName, portOf } from './an-entry.js';
import { Gate } from './gate.js';
import { queueOf } from './queue-of.js';

/** Longer than a test may take: a shutdown that waits for it would be seen to. */
const LONG = '10m';

/** Of an app whose server is gone, with nothing of its own to wait for. */
const CLOSED_WITHIN = 10_000;

const FAULTS = {
  'refuses connections': (proxy: TcpProxy) => proxy.close(),
  'has gone without a word': (proxy: TcpProxy) => Promise.resolve(proxy.silence(true)),
};

/** An app with one job that runs, on a server behind a proxy. */
async function appAtWork(name: EntryName, connectTimeout = '1s') {
  const entry = await AN_ENTRY[name]();
  const proxy = await TcpProxy.before(portOf(entry));
  onTestFinished(async () => {
    proxy.silence(false);
    await proxy.close().catch(() => undefined);
  });
  const [begun, end] = [new Gate(), new Gate()];

  @Injectable()
  class Tasks {
    @Task()
    async work(): Promise<void> {
      begun.open();
      await end.opened;
    }
  }
  const backend = entryAt(entry, proxy.port, { commandTimeout: '1s', connectTimeout });
  const logger = new CapturingLogger();
  const app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ env: {}, backend, worker: { shutdownTimeout: LONG } })],
    providers: [Tasks],
  })
    .setLogger(logger)
    .compile();
  await app.init();
  await queueOf(app).enqueue('work');
  await begun.opened;
  return { app, proxy, end, logger };
}

describe(
  'an app closes without waiting for handlers that have ended, however long they may take,',
  { timeout: 60_000 },
  () => {
    it.each([
      ['Redis', 'refuses connections'],
      ['Redis', 'has gone without a word'],
      ['PostgreSQL', 'refuses connections'],
      ['PostgreSQL', 'has gone without a word'],
    ] as const)('whose %s %s, and says what could not be written', async (name, fault) => {
      const { app, proxy, end, logger } = await appAtWork(name);
      await FAULTS[fault](proxy);
      end.open();
      await app.close();
      expect(logger.entries.map(({ message }) => message)).toContain(
        '1 jobs could not be settled; they run again when their leases are over.',
      );
    });

    it.each(['refuses connections', 'has gone without a word'] as const)(
      'whose RabbitMQ %s',
      async (fault) => {
        const { app, proxy, end } = await appAtWork('RabbitMQ');
        await FAULTS[fault](proxy);
        end.open();
        await app.close();
        expect(app.get(WorkerPool).isRunning).toBe(false);
      },
    );

    it.each([
      ['Redis', 'refuses connections'],
      ['Redis', 'has gone without a word'],
      ['PostgreSQL', 'refuses connections'],
      ['PostgreSQL', 'has gone without a word'],
      ['RabbitMQ', 'refuses connections'],
      ['RabbitMQ', 'has gone without a word'],
    ] as const)('however long connecting to it may take: %s that %s', async (name, fault) => {
      const { app, proxy, end } = await appAtWork(name, LONG);
      await FAULTS[fault](proxy);
      const call = () => expect(queueOf(app).enqueue('work')).rejects.toThrow('is unavailable');
      // The connection is given up with this one; the next waits for another, which never comes.
      await call();
      const waiting = call();
      end.open();
      const since = performance.now();
      await app.close();
      expect(performance.now() - since).toBeLessThan(CLOSED_WITHIN);
      await waiting;
    });
  },
);
