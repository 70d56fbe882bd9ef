import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createPostgresBackend } from '../../lib/backends/index.js';
import { systemClock, type TaskBackend } from '../../lib/contract/index.js';
import { rejection } from '../unit/rejection.js';

const ROOT = fileURLToPath(new URL('../../', import.meta.url));
/** A database is made in WebAssembly, and a machine may be busy. */
const PATIENCE = 120_000;

/** Writes values one after another and says each that was accepted, until somebody ends it. */
const WRITER = `
import { createPostgresBackend, systemClock } from 'nestjs-tasks';
const clock = systemClock;
const { state } = createPostgresBackend({ name: 'jobs', type: 'postgres', clock, options: { dataDir: process.argv[2] } });
await state.open();
for (let n = 0; ; n++) {
  await state.set([{ key: String(n), value: 'x'.repeat(n % 500) }]);
  console.log(n);
}
`;

/** Enqueues a job that nobody runs, and says its id; then only waits. */
const PRODUCER = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { getQueueToken, TasksModule } from 'nestjs-tasks';
class AppModule {}
Module({ imports: [TasksModule.forRoot({ backend: { type: 'postgres', dataDir: process.argv[2] }, worker: { autoStart: false } })] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const job = await app.get(getQueueToken()).enqueue('greet', { name: 'Ada' });
console.log(job.id);
`;

/** Runs what is there, says what came of it, and ends by itself. */
const WORKER = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { HandlerRegistry, TasksModule, WorkerPool } from 'nestjs-tasks';
class AppModule {}
Module({ imports: [TasksModule.forRoot({ backend: { type: 'postgres', dataDir: process.argv[2] }, worker: { autoStart: false } })] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
const done = new Promise((resolve) =>
  app.get(HandlerRegistry).register('greet', ({ name }, { jobId }) => {
    console.log(jobId ?? 'unknown', 'hello ' + name);
    resolve();
  }),
);
// Only now: a job that is claimed before its handler is registered is a dead letter.
await app.get(WorkerPool).start();
await done;
await app.close();
console.log('closed');
`;

let scripts: string;
let dataDir: string;
const children: ChildProcess[] = [];
beforeAll(() => {
  spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
  // Inside of the project, so that its packages are found from there.
  scripts = mkdtempSync(join(ROOT, '.reports-'));
  dataDir = join(scripts, 'data');
}, PATIENCE);
afterEach(async () => {
  for (const child of children.splice(0)) await end(child);
});
afterAll(() => rmSync(scripts, { recursive: true, force: true }));

interface Running {
  readonly child: ChildProcess;
  readonly lines: string[];
  /** Resolves when it has said that many lines. */
  readonly said: (count: number) => Promise<void>;
  readonly exited: Promise<number | null>;
}

function start(name: string, text: string): Running {
  const script = join(scripts, `${name}.mjs`);
  writeFileSync(script, text.replaceAll(`'nestjs-tasks'`, `'${join(ROOT, 'dist/index.js')}'`));
  const child = spawn(process.execPath, [script, dataDir], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
  children.push(child);
  const lines: string[] = [];
  let errors = '';
  const waiting = new Set<() => void>();
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line);
    for (const look of waiting) look();
  });
  child.stderr.on('data', (chunk: Buffer) => (errors += chunk.toString()));
  const exited = new Promise<number | null>((resolve) => child.once('close', resolve));
  const said = (count: number) =>
    new Promise<void>((resolve, reject) => {
      const look = () => void (lines.length >= count && resolve());
      waiting.add(look);
      look();
      void exited.then(() => reject(new Error(`It ended after ${lines.length} lines: ${errors}`)));
    });
  return { child, lines, said, exited };
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = new Promise((resolve) => child.once('close', resolve));
  child.kill('SIGKILL');
  await exited;
}

const backend = (folder = dataDir): TaskBackend =>
  createPostgresBackend({
    name: 'jobs',
    type: 'postgres',
    clock: systemClock,
    options: { dataDir: folder },
  });

describe('a database in a folder', () => {
  it(
    'is for one process: a second one is told who has it, and gets it when that is gone',
    async () => {
      const { child, said } = start('writer', WRITER);
      await said(1);
      const { state } = backend();
      expect(await rejection(state.open())).toMatchObject({
        code: 'TASKS_INVALID_BACKEND',
        message: expect.stringContaining(`process ${child.pid}`),
        remedy: expect.stringContaining('another `dataDir`'),
      });
      await end(child);
      await state.open();
      expect(await state.get(['0'])).toMatchObject([{ value: '' }]);
      await state.close();
    },
    PATIENCE,
  );

  it(
    'has all that was accepted after its process was killed, also when it happens again',
    async () => {
      for (const writes of [40, 300]) {
        const { child, lines, said } = start('writer', WRITER);
        await said(writes);
        await end(child);
        const { state } = backend();
        await state.open();
        const keys = lines.filter((line) => /^\d+$/.test(line));
        const found = await state.get(keys);
        expect(found.map((value) => String(value?.value).length)).toEqual(
          keys.map((key) => Number(key) % 500),
        );
        await state.close();
      }
    },
    PATIENCE,
  );

  it(
    'has the job of a process that was killed, and the next process runs it',
    async () => {
      const producer = start('producer', PRODUCER);
      await producer.said(1);
      await end(producer.child);
      const worker = start('worker', WORKER);
      expect(await worker.exited).toBe(0);
      expect(worker.lines.at(-1)).toBe('closed');
      expect(worker.lines.at(0)).toContain('hello Ada');
    },
    PATIENCE,
  );

  it('cannot be where a file is, and says so', async () => {
    const file = join(scripts, 'file');
    writeFileSync(file, 'no folder');
    const { state } = backend(file);
    expect(await rejection(state.open())).toMatchObject({
      code: 'TASKS_INVALID_BACKEND',
      message: expect.stringMatching(/^Backend "jobs": its `dataDir` .+ cannot be used \(EEXIST: /),
      remedy: expect.stringContaining('make and write in'),
    });
  });

  it(
    'that is damaged is refused each time, and not taken for one that is not there yet',
    async () => {
      const folder = join(scripts, 'damaged');
      mkdirSync(join(folder, 'data'), { recursive: true });
      writeFileSync(join(folder, 'data', 'PG_VERSION'), 'junk');
      for (let tries = 0; tries < 2; tries++) {
        const { state } = backend(folder);
        expect(await rejection(state.open())).toMatchObject({
          code: 'TASKS_INVALID_BACKEND',
          message: expect.stringContaining(`the database in ${join(folder, 'data')} cannot be opened (`),
          remedy: expect.stringContaining('damaged'),
        });
        expect(existsSync(join(folder, 'lock'))).toBe(false);
      }
    },
    PATIENCE,
  );
});
