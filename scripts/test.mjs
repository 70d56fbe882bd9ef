import { mkdirSync, rmSync } from 'node:fs';
import { ensureInstalled } from './ensure-install.mjs';
import { brokerLines } from './support/broker-lines.mjs';
import { commandOf, inRoot } from './support/project.mjs';
import { runBounded } from './support/run-bounded.mjs';
import { listSamples } from './support/samples.mjs';
import { sideBySide } from './support/side-by-side.mjs';
import { startTestServers } from './support/test-servers.mjs';
import { readVitestReport } from './support/vitest-report.mjs';

const REPORTS = inRoot('.reports');

const long = process.argv.includes('--long');
const minutes = (count) => count * 60_000;
/** No check may hang; a long run takes its time on purpose. */
const boundMs = minutes(long ? 60 : 15);
const env = long ? { TASKS_TEST_LONG: '1' } : {};

let interrupted = false;
for (const signal of ['SIGINT', 'SIGTERM']) process.on(signal, () => (interrupted = true));

const total = { passed: 0, failed: 0, skipped: 0, files: new Map(), failures: [] };

function add({ passed, failed, skipped, files = new Map(), failures }, label) {
  total.passed += passed;
  total.failed += failed;
  total.skipped += skipped;
  for (const [file, count] of files) total.files.set(file, count);
  total.failures.push(...failures.map((failure) => `${label}: ${failure}`));
}

/** Runs one thing under a heading that names it. @returns what it printed, where that is kept */
async function step(label, isQuiet, args, close) {
  const heading = `\n── ${label}\n`;
  if (!isQuiet) process.stdout.write(heading);
  const started = performance.now();
  const ran = await runBounded(args, { boundMs, env, quiet: isQuiet, gentle: isQuiet });
  if (interrupted) {
    console.log('\ninterrupted');
    process.exit(130);
  }
  const closing = close(ran, ((performance.now() - started) / 1000).toFixed(1));
  if (!isQuiet) process.stdout.write(closing);
  return `${heading}${ran.output}${closing}`;
}

/** A command that is right when it ends with 0, in time: it counts as one. */
const command = (label, args) => (isQuiet) =>
  step(label, isQuiet, args, ({ code, timedOut }, seconds) => {
    const good = code === 0 && !timedOut;
    const failures = good ? [] : ['see its output above'];
    add({ passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, failures }, label);
    const late = timedOut ? '   it did not finish in time and was ended\n' : '';
    return `${late}   ${good ? 'ok' : 'FAILED'} (${seconds} s)\n`;
  });

/** One project of vitest, counted test by test. */
const suite =
  (name, options = []) =>
  (isQuiet) => {
    const report = inRoot('.reports', `${name}.json`);
    const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
    const args = [commandOf('vitest'), 'run', '--project', name, ...options, ...reporters];
    return step(name, isQuiet, args, (ran) => {
      add(readVitestReport(report, ran), name);
      return '';
    });
  };

/** All are compiled at once: what they import is most of it, and the same for each. */
function samples() {
  const all = listSamples();
  const compile = [commandOf('typescript', 'tsc'), '-b', ...all.map(({ folder }) => inRoot(folder))];
  const run = ({ folder, number }) => command(folder, [inRoot('scripts', 'sample.mjs'), number]);
  return [command('samples compile', compile), ...all.map(run)];
}

ensureInstalled();
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

const types = command('types', [commandOf('typescript', 'tsc'), '--noEmit', '-p', inRoot('tsconfig.json')]);
const lint = command('lint', [
  commandOf('oxlint'),
  '-c',
  'oxlint.config.mjs',
  '--type-aware',
  '--deny-warnings',
]);
const format = command('format', [commandOf('prettier'), '--check', '--log-level', 'warn', '.']);
const built = command('build', [inRoot('scripts', 'build.mjs')]);
const docsAreCurrent = command('docs are current', [inRoot('scripts', 'docs.mjs'), '--check']);

await sideBySide([built, docsAreCurrent], [types]);
console.log('\n── servers');
const brokers = await startTestServers();
add({ passed: 0, failed: brokers.failures.length, skipped: 0, failures: brokers.failures }, 'servers');
// Much of the time of these is waiting, for processes and for brokers. Others compute beside them, one thing at a time and with less of a
// claim to the processors: some of these go by the clock. So that both sides end together, the random tests are with these. Not in a long run, which lets each have the machine to itself.
const waiting = ['contract', 'e2e', 'property', 'chaos'].map((name) => suite(name));
const oneByOne = long ? [] : ['--maxWorkers=1'];
const [architecture, docs, unit, pack] = ['architecture', 'docs', 'unit', 'pack'].map((name) =>
  suite(name, oneByOne),
);
const computing = [lint, format, architecture, docs, unit, ...samples(), pack];
await (long ? sideBySide([...computing, ...waiting], []) : sideBySide(waiting, computing));
await brokers.stop();

console.log();
if (total.failures.length > 0) console.log(`${['Failed:', ...total.failures].join('\n  ')}\n`);
for (const line of brokerLines(total.files, brokers.servers)) console.log(line);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
