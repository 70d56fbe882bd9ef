import { getQueueToken, type TaskQueue } from 'nestjs-tasks';
import { Ledger } from '../ledger.js';
import { payload } from '../payload.js';
import { median, type Subject } from '../subjects.js';
import { benchApp } from '../app.js';

const CLAIM = 100;
const CHUNK = 1_000;
const CLAIMS = 3_000;
/** Not counted: the compiler's warm-up. */
const WARM_UP = 1_000;

/** Microseconds a job of claims of 100 while `jobs` wait; the backlog is kept at its size between the claims. */
const subject: Subject = async (jobs) => {
  const app = await benchApp(new Ledger(1), { worker: { autoStart: false } });
  const queue = app.get<TaskQueue>(getQueueToken());
  let next = 0;
  const fill = (count: number) =>
    queue.enqueueMany(
      Array.from({ length: count }, () => ({ name: 'noop', payload: payload(next++), priority: next % 21 })),
    );
  for (let filled = 0; filled < jobs; filled += CHUNK) await fill(Math.min(CHUNK, jobs - filled));
  const times: number[] = [];
  for (let claim = 0; claim < CLAIMS + WARM_UP; claim++) {
    const start = performance.now();
    const { jobs: claimed } = await queue.backend.claim({
      worker: 'bench',
      lease: 30_000,
      take: [{ queue: queue.brokerName, limit: CLAIM }],
    });
    const time = performance.now() - start;
    if (claimed.length !== CLAIM) throw new Error(`${claimed.length} of ${CLAIM} jobs were claimed.`);
    if (claim >= WARM_UP) times.push((time * 1_000) / CLAIM);
    await queue.backend.claim({
      worker: 'bench',
      lease: 30_000,
      take: [],
      settle: claimed.map(({ receipt }) => ({ receipt, outcome: { kind: 'completed' } })),
    });
    await fill(CLAIM);
  }
  return { microseconds: median(times) };
};

export default subject;
