import { setTimeout as sleep } from 'node:timers/promises';
import { BackendUnavailableError, TaskError, type EnqueueOptions, type TaskQueue } from 'nestjs-tasks';
import { choosePayload } from './choose-payload.js';
import type { Journal } from './journal.js';
import type { ChaosPayload, ChildSettings } from './settings.js';

const TICK_MS = 20;
/** What is under way at most: a producer whose broker is gone does not grow without end. */
const MOST_UNDER_WAY = 2_000;
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** Jobs that share an idempotency key. */
const TWINS = 10;

/** Enqueues jobs at a rate, until it is told to stop, and does not let go of one before it is accepted. */
export class Production {
  accepted = 0;
  private underWay = 0;
  private isStopping = false;

  constructor(
    private readonly queue: TaskQueue,
    private readonly journal: Journal,
    private readonly settings: ChildSettings,
  ) {}

  stop(): void {
    this.isStopping = true;
  }

  /** Resolves once it was told to stop, or has made all that it was to make, and everything is accepted. */
  async run(): Promise<void> {
    const { rate, firstNumber, limit = Number.POSITIVE_INFINITY } = this.settings;
    const choose = choosePayload(this.settings);
    const last = firstNumber + limit;
    let number = firstNumber;
    let budget = 0;
    for (let before = performance.now(); !this.isStopping && number < last; await sleep(TICK_MS)) {
      const now = performance.now();
      budget = Math.min(rate, budget + ((now - before) * rate) / 1_000);
      before = now;
      for (; budget >= 1 && this.underWay < MOST_UNDER_WAY && number < last; budget--) {
        this.underWay++;
        void this.enqueue(choose(number++)).finally(() => this.underWay--);
      }
    }
    while (this.underWay > 0) await sleep(TICK_MS);
  }

  /** Calls again with the same id, as the error says. */
  private async enqueue(payload: ChaosPayload): Promise<void> {
    const call = `${payload.producer}/${payload.number}`;
    const { journal } = this;
    let options = optionsOf(payload);
    journal.write('try', { call, note: payload.kind === 'later' ? `${payload.ms}` : '' });
    for (let pause = SHORTEST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
      try {
        const { id } = await this.queue.enqueue('work', payload, options);
        journal.write('ok', { call, id, note: options.idempotencyKey ?? '' });
        this.accepted++;
        return;
      } catch (error) {
        const code = error instanceof TaskError ? error.code : String(error);
        if (!(error instanceof BackendUnavailableError))
          return journal.write('refused', { call, note: code });
        const id = error.jobs[0]?.id ?? '';
        journal.write(error.outcome === 'unknown' ? 'unknown' : 'refused', { call, id, note: code });
        options = { ...options, id };
        await sleep(pause);
      }
    }
  }
}

function optionsOf({ kind, ms, number, producer }: ChaosPayload): EnqueueOptions {
  if (kind === 'later') return { delay: ms };
  if (kind === 'twin') return { idempotencyKey: `${producer}:${Math.floor(number / TWINS)}` };
  return {};
}
