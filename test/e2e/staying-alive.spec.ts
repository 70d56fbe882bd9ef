import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = new URL('../../', import.meta.url).pathname;

/** An app without a server, as a process of its own: what keeps it alive, and whether it ends, shows in no other way. */
const APP = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getQueueToken, HandlerRegistry, TasksModule } from 'nestjs-tasks';
class AppModule {}
Module({ imports: [TasksModule.forRoot({ retry: { delay: 50, jitter: false } })] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
let runs = 0;
app.get(HandlerRegistry).register('flaky', () => {
  if (++runs === 1) throw new Error('down');
  return 'up';
});
const job = await app.get(getQueueToken()).enqueue('flaky', undefined, { delay: 50 });
console.log(await job.result({ timeout: '10s' }));
await app.close();
`;

/** The same with nobody who runs the job: only who waits for it keeps the process. */
const WAITING_APP = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getQueueToken, TasksModule } from 'nestjs-tasks';
class AppModule {}
Module({ imports: [TasksModule.forRoot({ worker: { autoStart: false } })] })(AppModule);
async function main() {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
  const job = await app.get(getQueueToken()).enqueue('nobody-runs-it');
  await job.result({ timeout: 200 }).catch((error) => console.log(error.code));
  await app.close();
  console.log('closed');
}
void main();
`;

/** The same with nothing but a worker that has its cycles, and work that the shutdown waits for though nothing else does. */
const BEATING_APP = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { BackgroundTaskManager, ScheduledWorker, TasksModule } from 'nestjs-tasks';
let app;
class Beats extends ScheduledWorker {
  interval = 50;
  runCycle() {
    console.log('cycle');
    if (this.cycles === 1) void end();
  }
}
class AppModule {}
Module({
  imports: [TasksModule.forRoot({ worker: { autoStart: false }, background: { shutdownTimeout: 200 } })],
  providers: [Beats],
})(AppModule);
app = await NestFactory.createApplicationContext(AppModule, { logger: false });
async function end() {
  void app.get(BackgroundTaskManager).track(new Promise(() => {}));
  await app.close();
  console.log('closed');
}
`;

function run(script: string): Promise<{ code: number | null; output: string }> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script], { cwd: ROOT, timeout: 15_000 });
    let output = '';
    child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
    child.on('error', reject);
    child.on('exit', (code) => resolve({ code, output }));
  });
}

describe('a process that has nothing but its workers', () => {
  let folder: string;

  beforeAll(() => {
    spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
    // Inside of the project, so that its own name leads to what was built.
    folder = mkdtempSync(join(ROOT, '.reports-'));
  }, 120_000);

  afterAll(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('stays alive while jobs wait for their time, and ends once it is closed', async () => {
    const script = join(folder, 'app.mjs');
    writeFileSync(script, APP);
    expect(await run(script)).toEqual({ code: 0, output: 'up\n' });
  });

  it('stays alive while somebody waits for a result, although no worker runs', async () => {
    const script = join(folder, 'waiting.mjs');
    writeFileSync(script, WAITING_APP);
    expect(await run(script)).toEqual({ code: 0, output: 'TASKS_RESULT_TIMEOUT\nclosed\n' });
  });

  it('stays alive for a scheduled worker, and until its shutdown is done', async () => {
    const script = join(folder, 'beating.mjs');
    writeFileSync(script, BEATING_APP);
    expect(await run(script)).toEqual({ code: 0, output: 'cycle\ncycle\nclosed\n' });
  });
});
