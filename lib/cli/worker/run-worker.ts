import { WorkerPool } from '../../worker/index.js';
import { EXIT, type ExitCode } from '../exit-codes.js';
import { counted } from '../output/counted.js';
import type { Output } from '../output/output.js';
import { ALL_LEVELS, boot } from '../session/boot.js';
import { isOurs, StderrLogger, WorkerLogger } from '../session/app-loggers.js';
import type { Target } from '../session/target.js';
import { RESOLVED_OPTIONS } from '../../module/index.js';
import type { ResolvedOptions } from '../../config/index.js';
import { tellUp, toldToEnd } from './process-end.js';
import { asWorker, type WorkerChoice } from './worker-overlay.js';

/**
 * Runs jobs in this process until it is told to end; then it takes no more, waits for what runs, and gives the rest back.
 * @returns `failed` when jobs could not be settled
 */
export async function runWorker(target: Target, choice: WorkerChoice, output: Output): Promise<ExitCode> {
  const ending = toldToEnd();
  const app = await boot(target, {
    overlay: asWorker(choice),
    logger: output.isJson ? new StderrLogger(ALL_LEVELS, isOurs) : new WorkerLogger(),
  });
  const pool = app.get(WorkerPool);
  const { worker, queues } = app.get<ResolvedOptions>(RESOLVED_OPTIONS);
  const served = worker.queues ?? queues.map(({ name }) => name);
  const slots = pool.stats().capacity;
  const { pid } = process;
  output.done(
    { event: 'started', pid, queues: served, slots },
    `Worker ${pid} serves ${served.join(', ')}: up to ${slots} jobs at once. Ctrl+C or SIGTERM drains it.`,
  );
  tellUp();
  await ending;
  const { released, unsettled } = await pool.drain();
  await app.close();
  output.done(
    { event: 'drained', pid, released, unsettled },
    `Worker ${pid} has drained${released === 0 ? '' : `; ${counted(released, 'job')} given back`}.`,
  );
  return unsettled === 0 ? EXIT.done : EXIT.failed;
}
