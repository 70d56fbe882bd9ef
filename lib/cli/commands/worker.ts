import type { Command } from 'commander';
import type { Ms } from '../../contract/index.js';
import type { CommandKit } from '../command-run.js';
import { refuse } from '../exit-codes.js';
import { targetOf } from '../session/target.js';
import { outliveReaders } from '../worker/outlive-readers.js';
import { SUPERVISED } from '../worker/process-end.js';
import { Supervisor } from '../worker/supervise.js';
import type { WorkerChoice } from '../worker/worker-overlay.js';
import { duration, interval, names, processCount, slots } from './option-values.js';

interface StartOptions extends WorkerChoice {
  readonly processes: number;
  readonly drain?: Ms;
}

/** `worker start`. */
export function addWorker(worker: Command, kit: CommandKit): void {
  worker
    .command('start')
    .description(
      "Runs the app's jobs, without HTTP, until SIGTERM or Ctrl+C; then it finishes what runs. What is not given is as the app has it",
    )
    .option('-q, --queues <names>', 'serves these queues alone, with commas between them', names)
    .option('-c, --concurrent <jobs>', 'so many jobs at once in each process', slots)
    .option('--interval <time>', 'how often to look for work that nothing announced: 500ms, 10s', interval)
    .option('--drain <time>', 'how long running jobs get at the end before they are aborted: 30s', duration)
    .option('--processes <count>', 'so many processes; one that dies is started again', processCount, 1)
    .action(
      kit.action<StartOptions>(async ({ output, options }) => {
        const target = targetOf(options, kit.env, kit.folder);
        if (target.kind !== 'app') {
          refuse(
            'A worker needs the app, which has the tasks.',
            'Give `--app dist/app.module.js`; its configuration says where the queues are.',
          );
        }
        outliveReaders();
        const { processes, drain, queues, concurrent, interval: pollInterval } = options;
        if (processes > 1 && kit.env[SUPERVISED] === undefined) {
          return new Supervisor(processes, process.argv.slice(2), output).run();
        }
        const choice: WorkerChoice = {
          ...(queues === undefined ? {} : { queues }),
          ...(concurrent === undefined ? {} : { concurrent }),
          ...(pollInterval === undefined ? {} : { interval: pollInterval }),
          ...(drain === undefined ? {} : { shutdownTimeout: drain }),
        };
        const { runWorker } = await import('../worker/run-worker.js');
        return runWorker(target, choice, output);
      }),
    );
}
