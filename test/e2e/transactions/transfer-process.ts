import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { bundleApp } from '../../bundle-app.mjs';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** Around the commit of a handler that completes its job in it: where a process dies. */
export const STEPS = ['begun', 'written', 'completed', 'committing', 'committed', 'returned'] as const;

export interface TransferPlan {
  readonly url: string;
  readonly schema: string;
  /** Default: nowhere, it lives. */
  readonly dieAt?: (typeof STEPS)[number];
  /** Default: it commits. */
  readonly end?: 'roll back and return' | 'commit and throw';
}

/** A worker whose handler writes a row and completes its job in one transaction; it says every event. */
const SCRIPT = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import pg from 'pg';
import { HandlerRegistry, TaskEvents, TasksModule, WorkerPool } from 'nestjs-tasks';

const { url, schema, dieAt, end } = JSON.parse(process.argv[2]);
const reach = (step) => step === dieAt && process.kill(process.pid, 'SIGKILL');

async function transfer(_payload, ctx) {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  await client.query('begin');
  reach('begun');
  await client.query('insert into ' + schema + '.effect values ($1, $2)', [ctx.job.id, ctx.attempt]);
  reach('written');
  await ctx.complete(client, { attempt: ctx.attempt });
  reach('completed');
  const isBad = ctx.attempt === 1 && end === 'roll back and return';
  const commit = client.query(isBad ? 'rollback' : 'commit');
  // Behind the write of the socket: the server gets it, and nobody its answer.
  if (dieAt === 'committing') setImmediate(() => reach('committing'));
  await commit;
  reach('committed');
  await client.end();
  if (dieAt === 'returned') queueMicrotask(() => process.nextTick(() => reach('returned')));
  if (end === 'commit and throw') throw new Error('after all');
  return 'not kept';
}

class AppModule {}
const options = {
  backend: { type: 'postgres', url, options: { schema } },
  worker: { lease: '1s', autoStart: false },
  retry: { delay: 10 },
};
Module({ imports: [TasksModule.forRoot(options)] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
app.get(TaskEvents).stream.subscribe((event) => console.log(event.type));
app.get(HandlerRegistry).register('transfer', transfer);
// Only now: a job that is claimed before its handler is registered is a dead letter.
await app.get(WorkerPool).start();
process.once('SIGTERM', () => void app.close());
`;

export interface TransferProcess {
  readonly events: readonly string[];
  readonly exited: Promise<NodeJS.Signals | number | null>;
  /** Asks it to end, and waits for that. */
  readonly stop: () => Promise<void>;
}

/** Starts workers that transfer, each a process of its own. */
export class TransferProcesses {
  private constructor(private readonly folder: string) {}

  /** Builds the package first: the processes use it as an application does. */
  static async prepare(): Promise<TransferProcesses> {
    spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
    // Inside of the project, so that its packages are found from there.
    const folder = mkdtempSync(join(ROOT, '.reports-'));
    writeFileSync(join(folder, 'source.mjs'), SCRIPT);
    await bundleApp(join(folder, 'source.mjs'), join(folder, 'transfer.mjs'));
    return new TransferProcesses(folder);
  }

  start(plan: TransferPlan): TransferProcess {
    const args = [join(this.folder, 'transfer.mjs'), JSON.stringify(plan)];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const events: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => events.push(line));
    const exited = new Promise<NodeJS.Signals | number | null>((resolve) =>
      child.once('close', (code, signal) => resolve(signal ?? code)),
    );
    const stop = async (): Promise<void> => {
      child.kill('SIGTERM');
      await exited;
    };
    return { events, exited, stop };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
