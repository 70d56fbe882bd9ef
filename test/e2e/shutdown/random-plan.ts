import { Random } from '../../../lib/testing/random.js';
import type { AppPlan, JobSpec } from './journal.js';
import type { Signal } from './processes.js';

const KINDS = ['quick', 'quick', 'quick', 'polite', 'deaf', 'flaky', 'failing', 'parent', 'tidy'] as const;
/** The app has work for about so long, from before it has started on. */
const SPAN_MS = 300;
const JOBS = 60;

export interface RandomPlan {
  readonly app: Omit<AppPlan, 'journal'>;
  readonly signals: readonly Signal[];
}

/**
 * A load of all kinds, and the moments of one SIGTERM or two, made again by the seed: while the app starts, while it works, after it has
 * worked everything off. What is still open when `shutdownTimeout` is over is aborted: some handlers listen, some do not, and one in
 * forty goes on beyond every grace.
 */
export function randomPlan(seed: number): RandomPlan {
  const random = new Random(seed);
  const moment = random.below(SPAN_MS + 100);
  const signals: Signal[] = [{ after: 'up', ms: moment }];
  if (random.below(3) === 0) signals.push({ after: 'up', ms: moment + random.below(80) });
  return {
    app: {
      jobs: Array.from({ length: JOBS }, () => jobSpec(random)),
      useProcessExit: random.below(2) === 0,
      options: {
        worker: {
          workerCount: 1 + random.below(2),
          maxConcurrentTasks: 1 + random.below(6),
          shutdownTimeout: 60,
        },
        logging: 'none',
      },
    },
    signals,
  };
}

function jobSpec(random: Random): JobSpec {
  const kind = random.pick(KINDS);
  const isEndless = random.below(40) === 0;
  return {
    at: random.below(SPAN_MS),
    kind,
    ms: isEndless ? 1_400 : random.below(kind === 'deaf' || kind === 'polite' ? 150 : 25),
    ...(random.below(5) === 0 ? { delay: random.below(200) } : {}),
  };
}
