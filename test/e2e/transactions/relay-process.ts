import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const ROOT = fileURLToPath(new URL('../../../', import.meta.url));

/** An app that relays and says so. */
const SCRIPT = `
import 'reflect-metadata';
import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { OutboxRelays, TasksModule } from 'nestjs-tasks';
class AppModule {}
Module({ imports: [TasksModule.forRoot({ backends: JSON.parse(process.argv[2]), role: 'producer' })] })(AppModule);
const app = await NestFactory.createApplicationContext(AppModule, { logger: false });
setInterval(() => app.get(OutboxRelays).stats()[0].relayed > 0 && console.log('relayed'), 5);
`;

interface RelayProcess {
  /** Resolves when it has relayed something. */
  readonly relayed: Promise<void>;
  readonly kill: () => Promise<void>;
}

/** Starts processes that only relay, and kills them. */
export class RelayProcesses {
  private constructor(private readonly folder: string) {}

  /** Builds the package first: the processes use it as an application does. */
  static prepare(): RelayProcesses {
    spawnSync(process.execPath, [join(ROOT, 'scripts/build.mjs')], { stdio: 'ignore' });
    const folder = mkdtempSync(join(ROOT, '.reports-'));
    const entry = join(ROOT, 'dist/index.js');
    writeFileSync(join(folder, 'relay.mjs'), SCRIPT.replaceAll(`'nestjs-tasks'`, `'${entry}'`));
    return new RelayProcesses(folder);
  }

  start(backends: readonly object[]): RelayProcess {
    const args = [join(this.folder, 'relay.mjs'), JSON.stringify(backends)];
    const child = spawn(process.execPath, args, { cwd: ROOT, stdio: ['ignore', 'pipe', 'inherit'] });
    const exited = new Promise<void>((resolve) => child.once('close', () => resolve()));
    const relayed = new Promise<void>((resolve) => child.stdout.once('data', () => resolve()));
    const kill = async (): Promise<void> => {
      child.kill('SIGKILL');
      await exited;
    };
    return { relayed: Promise.race([relayed, exited]), kill };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}
