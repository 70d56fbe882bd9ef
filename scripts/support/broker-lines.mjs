import { existsSync } from 'node:fs';
import { inRoot } from './project.mjs';

const BROKERS = ['memory', 'redis', 'rabbitmq', 'postgres'];
const MEMORY = { version: '', where: 'in-process' };

const isPartOfRelease = (broker) => existsSync(inRoot('test', 'contract', `${broker}.spec.ts`));

/**
 * A line a broker: its version, where it ran, and how many tests ran on it. A broker is there when
 * `test/contract/<broker>.spec.ts` is; its tests are those of the files in the contract and property suites that begin with
 * its name.
 *
 * @param {Map<string, number>} files tests that ran, by file
 * @param {Map<string, { version: string, where: string }>} [servers] by broker
 * @param {(broker: string) => boolean} [isPart]
 */
export function brokerLines(files, servers = new Map(), isPart = isPartOfRelease) {
  return BROKERS.map((broker) => {
    const name = broker.padEnd(9);
    if (!isPart(broker)) return `${name} not part of this release`;
    const pattern = new RegExp(`^test/(contract|property)/${broker}[.-]`);
    const tests = [...files]
      .filter(([file]) => pattern.test(file))
      .reduce((sum, [, count]) => sum + count, 0);
    const server = broker === 'memory' ? MEMORY : servers.get(broker);
    if (server === undefined) return `${name} NO SERVER     ${tests} tests`;
    return `${name} ${`${server.version} ${server.where}`.trim().padEnd(18)} ${tests} tests`;
  });
}
