import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { setTimeout as sleep } from 'node:timers/promises';
import { firstBinary } from './binaries.mjs';

const INSTALL_BOUND_MS = 300_000;
const COMPOSE_BOUND_MS = 60_000;

/**
 * Gives a suite its server, the same way for each broker: the URL in the environment, else the standard port on 127.0.0.1, else a
 * private instance of what is installed, else the same after `apt-get install` (as root on a Debian-like system; it is said, and
 * `TASKS_TEST_NO_INSTALL=1` forbids it), else `docker compose` where a daemon answers.
 *
 * @param {import('./servers.d.mts').Broker} broker
 * @returns {Promise<import('./servers.d.mts').FoundServer>}
 * @throws Error with the line that mends it, when there is no way
 */
export async function findServer(broker, say = console.log) {
  return (
    (await fromEnvironment(broker)) ??
    (await onStandardPort(broker)) ??
    (await fromBinary(broker)) ??
    (await fromPackage(broker, say)) ??
    (await fromCompose(broker, say)) ??
    fail(broker)
  );
}

/** What is named and does not answer is an error: another server in its place would not be what was meant. */
async function fromEnvironment(broker) {
  const url = process.env[broker.environment];
  if (url === undefined || url === '') return undefined;
  const version = await broker.probe(url);
  if (version === undefined)
    throw new Error(`${broker.environment} is set and no ${broker.name} answers there. ${broker.mend}`);
  return { url, version, where: broker.environment, stop: nothing };
}

async function onStandardPort(broker) {
  const version = await broker.probe(broker.localUrl);
  return version === undefined ? undefined : { url: broker.localUrl, version, where: 'local', stop: nothing };
}

async function fromBinary(broker) {
  if (broker.binary() === undefined) return undefined;
  const { url, stop } = await broker.startPrivate();
  return { url, version: (await broker.probe(url)) ?? 'unknown', where: 'private', stop };
}

async function fromPackage(broker, say) {
  if (!installPackages(`${broker.name} server`, broker.packages, say)) return undefined;
  return (await onStandardPort(broker)) ?? fromBinary(broker);
}

/** @returns {boolean} whether `apt-get` has installed them; it is said before, and `TASKS_TEST_NO_INSTALL=1` forbids it */
export function installPackages(what, packages, say = console.log) {
  const apt = firstBinary(['apt-get']);
  const mayInstall = process.env['TASKS_TEST_NO_INSTALL'] !== '1' && process.getuid?.() === 0;
  if (apt === undefined || !mayInstall || !existsSync('/etc/debian_version')) return false;
  say(`There is no ${what}: apt-get install ${packages.join(' ')} (TASKS_TEST_NO_INSTALL=1 forbids it)`);
  // Debian starts what it installs, on the standard port, unless this says no.
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' };
  const run = (...args) =>
    spawnSync(apt, args, { env, stdio: 'ignore', timeout: INSTALL_BOUND_MS }).status === 0;
  const install = ['install', '-y', '--no-install-recommends', ...packages];
  const isInstalled = run(...install) || (run('update') && run(...install));
  if (!isInstalled) say('apt-get could not install it.');
  return isInstalled;
}

async function fromCompose(broker, say) {
  const docker = firstBinary(['docker']);
  if (docker === undefined || spawnSync(docker, ['info'], { stdio: 'ignore', timeout: 10_000 }).status !== 0)
    return undefined;
  const compose = ['compose', '-f', fileURLToPath(new URL('compose.yaml', import.meta.url))];
  say(`There is no ${broker.name} server: docker compose up ${broker.service}`);
  const up = spawnSync(docker, [...compose, 'up', '-d', broker.service], {
    stdio: 'ignore',
    timeout: INSTALL_BOUND_MS,
  });
  if (up.status !== 0) return undefined;
  const stop = async () => void spawnSync(docker, [...compose, 'down', '-v'], { stdio: 'ignore' });
  for (const deadline = Date.now() + COMPOSE_BOUND_MS; Date.now() < deadline; await sleep(500)) {
    const version = await broker.probe(broker.serviceUrl);
    if (version !== undefined) return { url: broker.serviceUrl, version, where: 'docker', stop };
  }
  await stop();
  return undefined;
}

function fail(broker) {
  throw new Error(
    `There is no ${broker.name} server for the tests, and none could be started. ${broker.mend}`,
  );
}

async function nothing() {}
