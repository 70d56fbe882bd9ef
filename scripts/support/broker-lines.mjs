import { existsSync } from 'node:fs';
import { inRoot } from './project.mjs';

const BROKERS = ['memory', 'redis', 'rabbitmq', 'postgres'];
const WHERE = { memory: 'in-process' };

/**
 * A line a broker: how many tests ran on it. A broker is there when `test/contract/<broker>.spec.ts` is; its tests are
 * those of the files in the contract and property suites that begin with its name.
 *
 * @param {Map<string, number>} files tests that ran, by file
 */
export function brokerLines(files) {
  return BROKERS.map((broker) => {
    const name = broker.padEnd(9);
    if (!existsSync(inRoot('test', 'contract', `${broker}.spec.ts`)))
      return `${name} not part of this release`;
    const pattern = new RegExp(`^test/(contract|property)/${broker}[.-]`);
    const tests = [...files]
      .filter(([file]) => pattern.test(file))
      .reduce((sum, [, count]) => sum + count, 0);
    return `${name} ${(WHERE[broker] ?? 'server').padEnd(12)} ${tests} tests`;
  });
}
