/*
 * A process in which the built command is loaded once, and carries out one command line after the other: to load it is most of what a short
 * command takes. What is printed goes where it would, and is told to the parent instead.
 */
import 'reflect-metadata';
import { runCli } from '../../../dist/cli/run-cli.js';

/** @param {{ args: string[], env: Record<string, string>, cwd: string }} command */
async function carryOut({ args, env, cwd }) {
  const before = { ...process.env };
  const written = { stdout: '', stderr: '' };
  const writes = { stdout: process.stdout.write, stderr: process.stderr.write };
  for (const name of ['stdout', 'stderr']) {
    process[name].write = (text, ...rest) => {
      written[name] += text;
      rest.findLast((one) => typeof one === 'function')?.();
      return true;
    };
  }
  Object.assign(process.env, env);
  process.chdir(cwd);
  try {
    const code = await runCli(args);
    return { code, out: written.stdout, err: written.stderr };
  } finally {
    Object.assign(process.stdout, { write: writes.stdout });
    Object.assign(process.stderr, { write: writes.stderr });
    for (const name of Object.keys(env)) delete process.env[name];
    Object.assign(process.env, before);
  }
}

let turn = Promise.resolve();
process.on('message', ({ id, command }) => {
  turn = turn.then(async () => process.send({ id, run: await carryOut(command) }));
});
process.on('disconnect', () => process.exit(0));
