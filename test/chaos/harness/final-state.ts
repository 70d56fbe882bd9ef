import { JOB_STATES, QueueRegistry, isFinished, type Counts, type JobRecord } from 'nestjs-tasks';
import type { INestApplicationContext } from '@nestjs/common';
import { chaosModule, startApp } from '../processes/chaos-app.js';
import { QUEUE, type QueueLimits } from '../processes/settings.js';
import type { ChaosBroker } from './broker.js';

const PAGE = 1_000;
/** Of jobs that are not finished in time so many are named. */
const NAMED = 3;
const LOOK_AGAIN_MS = 100;
const JOB_BOUND_MS = 120_000;

/** What the broker holds when all is over. */
export interface FinalState {
  readonly records: ReadonlyMap<string, JobRecord>;
  /** Ids that were listed more than once. */
  readonly repeated: readonly string[];
  readonly counts: Counts;
  readonly leftovers: readonly string[];
  readonly misplaced: readonly string[];
  /** Ids that ran without a lease, or without somebody who had it, whenever somebody looked. */
  readonly unheld: readonly string[];
}

/** What is asked of a broker when all is over. */
type Holder = Pick<ChaosBroker, 'backends' | 'leftovers' | 'misplaced'>;

/** Looks at the broker as an app does that runs no jobs. */
export class Observer {
  private constructor(
    private readonly app: INestApplicationContext,
    private readonly broker: Holder,
  ) {}

  static async open(broker: Holder, limits?: QueueLimits): Promise<Observer> {
    const app = await startApp(chaosModule(broker.backends('server'), { autoStart: false }, [], limits));
    return new Observer(app, broker);
  }

  get queue() {
    return this.app.get(QueueRegistry).get(QUEUE);
  }

  get<T>(token: abstract new (...args: never[]) => T): T {
    return this.app.get<T>(token);
  }

  /** Waits until every job is finished. @throws when some are not after so many ms */
  async quiet(withinMs: number): Promise<void> {
    for (const deadline = performance.now() + withinMs; ;) {
      const { pending, scheduled, waiting, running, retrying } = await this.queue.counts();
      const left = pending + scheduled + waiting + running + retrying;
      if (left === 0) return;
      if (performance.now() > deadline)
        throw new Error(`${left} jobs are not finished after ${withinMs} ms, as ${await this.unfinished()}.`);
      await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS));
    }
  }

  /** Waits until a job is finished. @throws when it is not within two minutes */
  async finished(id: string): Promise<JobRecord> {
    const { backend } = this.queue;
    for (const deadline = performance.now() + JOB_BOUND_MS; performance.now() < deadline;) {
      const [record] = await backend.get([{ queue: QUEUE, id }]);
      if (record !== undefined && isFinished(record.state)) return record;
      await new Promise((resolve) => void setTimeout(resolve, LOOK_AGAIN_MS));
    }
    throw new Error(`Job ${id} is not finished.`);
  }

  /** Some that are not finished, in words. */
  private async unfinished(): Promise<string> {
    const states = JOB_STATES.filter((state) => !isFinished(state));
    const { items } = await this.queue.backend.find({ queue: QUEUE, states, limit: NAMED });
    const tell = ({ id, state, reason, attempt, fence }: JobRecord): string =>
      `${id} (${state}${reason === undefined ? '' : `, ${reason}`}, attempt ${attempt}, fence ${fence})`;
    return items.map(tell).join(', ');
  }

  async read(unheld: readonly string[] = []): Promise<FinalState> {
    const records = new Map<string, JobRecord>();
    const repeated: string[] = [];
    const { backend } = this.queue;
    for (let cursor: string | undefined, isFirst = true; isFirst || cursor !== undefined; isFirst = false) {
      const page = await backend.find({
        queue: QUEUE,
        states: JOB_STATES,
        limit: PAGE,
        ...(cursor !== undefined && { cursor }),
      });
      for (const record of page.items) {
        if (records.has(record.id)) repeated.push(record.id);
        records.set(record.id, record);
      }
      cursor = page.cursor;
    }
    const [leftovers, misplaced] = await Promise.all([this.broker.leftovers(), this.broker.misplaced()]);
    return { records, repeated, counts: await this.queue.counts(), leftovers, misplaced, unheld };
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}
