import assert from 'node:assert/strict';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  JOB_STATES,
  type Capabilities,
  type ClaimedJob,
  type EndedJob,
  type JobRecord,
  type Ms,
  type QueueBackend,
  type QueueDefinition,
  type StateBackend,
} from '../../contract/index.js';
import type { Random } from '../random.js';
import { Witness } from '../witness/witness.js';
import { WitnessBook } from '../witness/witness-book.js';
import type { BackendUnderTest } from './harness.js';
import { Lane } from './lane.js';

/** Added to every real wait: a server may be that late, and its clock runs in whole milliseconds. */
const REAL_SLACK: Ms = 25;
/** Between two looks at what is waited for. */
const STEP: Ms = 20;

/** What one test of the suite plays on: a watched backend, queues of its own, and time. */
export class Stage {
  readonly queue: Witness;
  readonly state: StateBackend;
  /** A lease that a test can wait out. */
  readonly lease: Ms;
  private readonly book: WitnessBook;
  private readonly lanes: Lane[] = [];
  private readonly witnesses: Witness[] = [];
  private moved = 0;

  constructor(
    private readonly bench: BackendUnderTest,
    readonly random: Random,
  ) {
    this.book = new WitnessBook(() => this.elapsed());
    this.queue = this.watch(bench.backend.queue);
    this.state = bench.backend.state;
    this.lease = Math.max(this.capabilities.minLease, 400);
  }

  get capabilities(): Capabilities {
    return this.bench.backend.queue.capabilities;
  }

  /** Whether nothing but {@link pass} moves the store's time. */
  get timeStands(): boolean {
    return this.bench.advance !== undefined;
  }

  private get arrivesWithin(): Ms {
    return this.bench.arrivesWithin ?? 0;
  }

  /** Watches another client of the same store together with the first. */
  watch(backend: QueueBackend): Witness {
    const witness = new Witness(backend, this.book, () => this.elapsed());
    this.witnesses.push(witness);
    return witness;
  }

  /** A name that no other test has. */
  name(prefix: string): string {
    return `${prefix}-${this.random.suffix()}`;
  }

  /** A queue that no other test has, declared. */
  lane(definition: Omit<QueueDefinition, 'name'> = {}, prefix = 'lane'): Lane {
    const lane = this.laneOn(this.queue, this.name(prefix));
    lane.declare(definition);
    return lane;
  }

  laneOn(queue: QueueBackend, name: string): Lane {
    const lane = new Lane(queue, name, () => this.random.jobId());
    this.lanes.push(lane);
    return lane;
  }

  /** A lane of this test by its name. */
  laneOf(name: string): Lane {
    const lane = this.lanes.find((one) => one.name === name);
    assert.ok(lane, `${name} is a lane of this test`);
    return lane;
  }

  /** What claims and sweeps have told of the end of a job. */
  endingsOf(id: string): EndedJob[] {
    return this.queue.endings.filter((ended) => ended.id === id);
  }

  /** The shared backend itself, for calls whose effect comes later than their answer. */
  get unwatched(): QueueBackend {
    return this.bench.backend.queue;
  }

  /** Forgets a lane whose client is closed. */
  leave(lane: Lane): void {
    this.lanes.splice(this.lanes.indexOf(lane), 1);
  }

  /** Takes up to so many jobs that have come due, as soon as the first of them has arrived. */
  async due(lane: Lane, limit: number): Promise<readonly ClaimedJob[]> {
    let jobs = await lane.take(limit);
    for (let waited = 0; jobs.length === 0 && waited < this.arrivesWithin; waited += STEP) {
      await this.pass(STEP);
      jobs = await lane.take(limit);
    }
    return jobs;
  }

  async dueIds(lane: Lane, limit: number): Promise<string[]> {
    return (await this.due(lane, limit)).map(({ id }) => id);
  }

  /** Takes and completes one by one, until there is none and so many were seen: what has come due may have to arrive first. */
  async drain(lane: Lane, count: number): Promise<string[]> {
    const ids = await lane.drain();
    for (let waited = 0; ids.length < count && waited < this.arrivesWithin; waited += STEP) {
      await this.pass(STEP);
      ids.push(...(await lane.drain()));
    }
    return ids;
  }

  /** Lets that much of the store's time go by. */
  async pass(ms: Ms): Promise<void> {
    if (this.bench.advance === undefined) return sleep(ms + REAL_SLACK);
    this.moved += ms;
    return this.bench.advance(ms);
  }

  /** Waits until it holds, for a second at most, and for what has to arrive. */
  async eventually(holds: () => boolean | Promise<boolean>, what: string): Promise<void> {
    const most = 1_000 + this.arrivesWithin;
    for (let waited = 0; waited <= most; waited += STEP) {
      if (await holds()) return;
      await this.pass(STEP);
    }
    assert.fail(`within ${most} ms: ${what}`);
  }

  /** Milliseconds by a clock that runs with the store's. */
  elapsed(): Ms {
    return this.timeStands ? this.moved : performance.now();
  }

  /** What must hold at the end of every test: on each queue, what is counted is what is there. */
  async check(): Promise<void> {
    if (!this.capabilities.features.find) return;
    for (const lane of this.lanes) {
      const counts = await lane.counts();
      const found = await this.findAll(lane);
      for (const state of JOB_STATES) {
        const there = found.filter((record) => record.state === state).length;
        assert.equal(counts[state], there, `${there} jobs are ${state}; this many are counted`);
      }
    }
  }

  /** Leaves nothing behind that a later test could run into: no job, no lease. */
  async sweep(): Promise<void> {
    for (const witness of this.witnesses) await witness.letGo();
    for (const lane of this.lanes) await this.bench.backend.queue.clear(lane.name, JOB_STATES);
  }

  async findAll(lane: Lane): Promise<JobRecord[]> {
    const found: JobRecord[] = [];
    let cursor: string | undefined;
    do {
      const page = await this.queue.find({ queue: lane.name, limit: 1_000, ...(cursor && { cursor }) });
      found.push(...page.items);
      cursor = page.cursor;
    } while (cursor !== undefined);
    return found;
  }
}
