#!/usr/bin/env node
import nodeModule from 'node:module';
import 'reflect-metadata';
import { ownInstallation } from './own-installation.js';

/** Since Node 22.8, what was compiled once is kept among the temporary files: to load its modules is most of what a short command takes. */
function rememberCompiled(): void {
  const { enableCompileCache } = nodeModule as { enableCompileCache?: () => unknown };
  enableCompileCache?.();
}

/** A reader such as `head` has seen enough. */
const onPipe = (error: NodeJS.ErrnoException): void => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
};

/** What is still to be written leaves first; then the process ends, whatever the app has left open. */
async function end(code: number): Promise<never> {
  for (const stream of [process.stdout, process.stderr])
    await new Promise((done) => void stream.write('', done));
  process.exit(code);
}

async function main(): Promise<void> {
  process.stdout.on('error', onPipe);
  process.stderr.on('error', onPipe);
  rememberCompiled();
  const { runCli } = (await import(ownInstallation(process.cwd()))) as typeof import('./run-cli.js');
  await end(await runCli(process.argv.slice(2)));
}

void main();
