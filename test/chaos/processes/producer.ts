import 'reflect-metadata';
import './skewed-clock.js';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  BackendUnavailableError,
  QueueRegistry,
  TaskError,
  type EnqueueOptions,
  type TaskQueue,
} from 'nestjs-tasks';
import { chaosModule, startApp } from './chaos-app.js';
import { Journal } from './journal.js';
import { choosePayload } from './choose-payload.js';
import { answerParent, leaveParent } from './parent.js';
import { QUEUE, readSettings, type ChaosPayload } from './settings.js';

const TICK_MS = 20;
/** What is under way at most: a producer whose broker is gone does not grow without end. */
const MOST_UNDER_WAY = 2_000;
const SHORTEST_PAUSE_MS = 50;
const LONGEST_PAUSE_MS = 500;
/** Jobs that share an idempotency key. */
const TWINS = 10;

const settings = readSettings();
const journal = new Journal(settings.journal);
let accepted = 0;
let underWay = 0;
let stopping = false;

/** Enqueues one job, and does not let go of it before it is accepted: calls again with the same id, as the error says. */
async function enqueue(queue: TaskQueue, payload: ChaosPayload): Promise<void> {
  const call = `${payload.producer}/${payload.number}`;
  let options = optionsOf(payload);
  journal.write('try', { call, note: payload.kind === 'later' ? `${payload.ms}` : '' });
  for (let pause = SHORTEST_PAUSE_MS; ; pause = Math.min(LONGEST_PAUSE_MS, pause * 2)) {
    try {
      const { id } = await queue.enqueue('work', payload, options);
      journal.write('ok', { call, id, note: options.idempotencyKey ?? '' });
      accepted++;
      return;
    } catch (error) {
      const code = error instanceof TaskError ? error.code : String(error);
      if (!(error instanceof BackendUnavailableError)) return journal.write('refused', { call, note: code });
      const id = error.jobs[0]?.id ?? '';
      journal.write(error.outcome === 'unknown' ? 'unknown' : 'refused', { call, id, note: code });
      options = { ...options, id };
      await sleep(pause);
    }
  }
}

function optionsOf({ kind, ms, number, producer }: ChaosPayload): EnqueueOptions {
  if (kind === 'later') return { delay: ms };
  if (kind === 'twin') return { idempotencyKey: `${producer}:${Math.floor(number / TWINS)}` };
  return {};
}

async function main(): Promise<void> {
  const { backend, worker, rate, firstNumber, limit = Number.POSITIVE_INFINITY } = settings;
  const app = await startApp(chaosModule(backend, { ...worker, autoStart: false }));
  await app.init();
  const queue = app.get(QueueRegistry).get(QUEUE);
  answerParent(
    () => ({ accepted, done: 0 }),
    () => (stopping = true),
  );
  const choose = choosePayload(settings);
  const last = firstNumber + limit;
  let number = firstNumber;
  let budget = 0;
  for (let before = performance.now(); !stopping && number < last; await sleep(TICK_MS)) {
    const now = performance.now();
    budget = Math.min(rate, budget + ((now - before) * rate) / 1_000);
    before = now;
    for (; budget >= 1 && underWay < MOST_UNDER_WAY && number < last; budget--) {
      underWay++;
      void enqueue(queue, choose(number++)).finally(() => underWay--);
    }
  }
  while (underWay > 0) await sleep(TICK_MS);
  await app.close();
  leaveParent();
}

void main();
