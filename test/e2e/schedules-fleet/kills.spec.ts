import { setTimeout as sleep } from 'node:timers/promises';
import { CapturingLogger, Test } from '@nestjs/testing';
import { type BackendOptions, type Job, TasksModule } from 'nestjs-tasks';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Random, testSeed } from '../../../lib/testing/random.js';
import { SHARED_BROKERS } from '../operations/brokers.js';
import { queueOf } from '../queue-of.js';
import { FleetApp, type FleetProcess } from './fleet.js';

const LONG = process.env['TASKS_TEST_LONG'] === '1';
const RUNS = LONG ? 10 : 1;
const PROCESSES = 3;
const EVENTS = LONG ? 8 : 5;
const SECOND = 1_000;
const LEASE = 1_000;
const SEED = testSeed();

let app: FleetApp;
beforeAll(async () => {
  app = await FleetApp.prepare();
}, 120_000);
afterAll(() => app.remove());

/** What happens to a process that leads. */
type Blow = 'kill' | 'freeze' | 'stop';
const BLOWS: readonly Blow[] = ['kill', 'kill', 'freeze', 'freeze', 'stop'];

/** Three processes with one schedule of every second; whoever leads is struck, at any moment of a second. */
class Run {
  private processes: FleetProcess[];
  readonly told: string[] = [];

  constructor(
    private readonly backend: BackendOptions,
    private readonly random: Random,
  ) {
    this.processes = Array.from({ length: PROCESSES }, () => this.boot());
  }

  async play(): Promise<void> {
    try {
      await this.untilLed();
      for (const blow of this.random.shuffle(BLOWS.concat(BLOWS)).slice(0, EVENTS)) await this.strike(blow);
      // Two leases, in which what fell due is made good.
      await sleep(2 * LEASE + SECOND);
      await this.untilLed();
    } finally {
      await Promise.all(this.processes.map((process) => process.kill()));
    }
  }

  private async strike(blow: Blow): Promise<void> {
    await sleep(SECOND + this.random.below(SECOND));
    await this.untilLed();
    const leader = this.processes.find(({ isLeading }) => isLeading);
    if (leader === undefined) return;
    this.told.push(blow);
    // Longer than its lease: another one leads when it wakes up.
    if (blow === 'freeze') return leader.freeze(LEASE + this.random.below(2 * LEASE));
    if (blow === 'stop') await leader.stop();
    else await leader.kill();
    this.processes = [...this.processes.filter((process) => process !== leader), this.boot()];
  }

  private boot(): FleetProcess {
    return app.start({ backend: this.backend, lease: `${LEASE}ms` });
  }

  private async untilLed(): Promise<void> {
    await this.processes[0]?.up;
    for (const bound = Date.now() + 30_000; !this.processes.some(({ isLeading }) => isLeading);) {
      if (Date.now() > bound) {
        throw new Error(`Nobody leads:\n${this.processes.map(({ output }) => output).join('\n')}`);
      }
      await sleep(20);
    }
  }
}

/** Every job of the schedule, in the order in which they were enqueued. */
async function enqueuedOn(backend: BackendOptions): Promise<readonly Job[]> {
  const watcher = await Test.createTestingModule({
    imports: [
      TasksModule.forRoot({ backend, role: 'producer', logging: 'none', scheduler: { enabled: false } }),
    ],
  })
    .setLogger(new CapturingLogger())
    .compile();
  await watcher.init();
  try {
    return (await queueOf(watcher).jobs({ name: 'beat', limit: 1_000, order: 'oldest' })).items;
  } finally {
    await watcher.close();
  }
}

const slotOf = ({ firing }: Job): number => firing?.slot.getTime() ?? Number.NaN;

const RUNS_OF_ALL = SHARED_BROKERS.flatMap(([name, prepare]) =>
  Array.from({ length: RUNS }, (_, run) => ({ name, prepare, seed: SEED + run })),
);

describe('a fleet of processes whose leader is killed, frozen and ended at random moments', () => {
  it.concurrent.each(RUNS_OF_ALL)(
    'fires every slot once and in order, on $name (TASKS_TEST_SEED=$seed)',
    { timeout: 240_000 },
    async ({ prepare, seed }) => {
      const place = await prepare();
      try {
        const run = new Run(place.backend, new Random(seed));
        await run.play();
        const jobs = await enqueuedOn(place.backend);
        const slots = jobs.map(slotOf);
        const first = slots[0] ?? 0;
        const expected = slots.map((_, at) => first + at * SECOND);
        expect(slots, `after ${run.told.join(', ')}`).toEqual(expected);
        expect(slots.length).toBeGreaterThan(2 * EVENTS);
        const enqueued = jobs.map(({ createdAt }) => Number(createdAt));
        expect(enqueued).toEqual(enqueued.toSorted((a, b) => a - b));
      } finally {
        await place.drop();
      }
    },
  );
});
