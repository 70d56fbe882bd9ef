import { mkdirSync, rmSync } from 'node:fs';
import { build } from './build.mjs';
import { docsAreCurrent } from './docs.mjs';
import { ensureInstalled } from './ensure-install.mjs';
import { runSample } from './sample.mjs';
import { brokerLines } from './support/broker-lines.mjs';
import { commandOf, inRoot } from './support/project.mjs';
import { runBounded } from './support/run-bounded.mjs';
import { listSamples } from './support/samples.mjs';
import { startTestServers } from './support/test-servers.mjs';
import { readVitestReport } from './support/vitest-report.mjs';

const SUITES = ['unit', 'contract', 'property', 'e2e', 'docs', 'architecture', 'pack', 'chaos'];
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

/** Runs one thing under a heading that names it. */
async function step(label, action) {
  console.log(`\n── ${label}`);
  const started = performance.now();
  const result = await action();
  if (interrupted) {
    console.log('\ninterrupted');
    process.exit(130);
  }
  return { result, seconds: ((performance.now() - started) / 1000).toFixed(1) };
}

/** Something that is right or wrong as a whole: it counts as one. */
async function check(label, action) {
  const { result: good, seconds } = await step(label, action);
  console.log(`   ${good ? 'ok' : 'FAILED'} (${seconds} s)`);
  const failures = good ? [] : ['see its output above'];
  add({ passed: good ? 1 : 0, failed: good ? 0 : 1, skipped: 0, failures }, label);
}

/** A command that is right when it ends with 0, in time. */
const command = (label, args) =>
  check(label, async () => {
    const { code, timedOut } = await runBounded(args, { boundMs, env });
    if (timedOut) console.log('   it did not finish in time and was ended');
    return code === 0 && !timedOut;
  });

/** One project of vitest, counted test by test. */
async function suite(name) {
  const report = inRoot('.reports', `${name}.json`);
  const reporters = ['--reporter=default', '--reporter=json', `--outputFile.json=${report}`];
  const args = [commandOf('vitest'), 'run', '--project', name, ...reporters];
  const { result } = await step(name, () => runBounded(args, { boundMs, env }));
  add(readVitestReport(report, result), name);
}

ensureInstalled();
rmSync(REPORTS, { recursive: true, force: true });
mkdirSync(REPORTS, { recursive: true });

await command('types', [commandOf('typescript', 'tsc'), '--noEmit', '-p', inRoot('tsconfig.json')]);
await command('lint', [commandOf('oxlint'), '-c', 'oxlint.config.mjs', '--type-aware', '--deny-warnings']);
await command('format', [commandOf('prettier'), '--check', '--log-level', 'warn', '.']);
await check('build', build);
await check('docs are current', docsAreCurrent);
const { result: brokers } = await step('servers', () => startTestServers());
add({ passed: 0, failed: brokers.failures.length, skipped: 0, failures: brokers.failures }, 'servers');
for (const name of SUITES) await suite(name);
for (const sample of listSamples()) await check(sample.folder, async () => (await runSample(sample)) === 0);
await brokers.stop();

console.log();
if (total.failures.length > 0) console.log(`${['Failed:', ...total.failures].join('\n  ')}\n`);
for (const line of brokerLines(total.files, brokers.servers)) console.log(line);
console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;
