/** `npm run bench -- memory redis [--quick] [--json] [--own-node] [--rows <text in their names>]`: every target of a backend, ours, peers and the raw limit in one run. */
import { parseArgs } from 'node:util';
import { cpus } from 'node:os';
import { bootBench } from './boot/bench.js';
import { memoryBench } from './memory/bench.js';
import type { BackendBench, BenchSize, Measure } from './measure.js';
import { metricsBench } from './metrics/bench.js';
import { nodeForAll, versionOf } from './node-for-all.js';
import { postgresBench } from './postgres/bench.js';
import { rabbitMqBench } from './rabbitmq/bench.js';
import { redisBench } from './redis/bench.js';
import { schedulesBench } from './schedules/bench.js';
import { formatRow, header } from './table.js';

const BACKENDS: Readonly<Record<string, BackendBench>> = {
  boot: bootBench,
  memory: memoryBench,
  metrics: metricsBench,
  postgres: postgresBench,
  rabbitmq: rabbitMqBench,
  redis: redisBench,
  schedules: schedulesBench,
};

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    json: { type: 'boolean' },
    quick: { type: 'boolean' },
    'own-node': { type: 'boolean' },
    rows: { type: 'string', default: '' },
  },
});
const chosen = positionals.length === 0 ? Object.keys(BACKENDS) : positionals;
const isWanted = (measure: string): boolean => measure.includes(values.rows);
const node = values['own-node'] ? process.execPath : nodeForAll();
const common = { isWanted, node };
const size: BenchSize = values.quick
  ? { rounds: 1, jobs: 150_000, quick: true, ...common }
  : { rounds: 3, jobs: 500_000, quick: false, ...common };

if (!values.json) {
  const nodes = `Node ${process.version}; for redis ${versionOf(node)}, for postgres ${versionOf(nodeForAll())}`;
  console.log(`${nodes}; ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}`);
  console.log(header());
}
let missed = 0;
for (const name of chosen) {
  const bench = BACKENDS[name];
  if (bench === undefined) {
    console.error(`No benchmark for "${name}". There are: ${Object.keys(BACKENDS).join(', ')}.`);
    process.exit(2);
  }
  for await (const row of bench(size)) {
    if (!row.met) missed++;
    print(row);
  }
}
if (!values.json) console.log(missed === 0 ? 'Every target is met.' : `${missed} targets are missed.`);

function print(row: Measure): void {
  console.log(values.json ? JSON.stringify(row) : formatRow(row));
}
