import type { Entry } from './journal.js';
import type { ProcessRun } from './processes.js';

type EntryOf<K extends Entry['is']> = Extract<Entry, { readonly is: K }>;

/**
 * What is wrong with how processes were shut down, as sentences; none when all is well. Those that shared a broker are judged together,
 * by the union of their journals: what one gave back, another may have run.
 *
 * Every job that was accepted is accounted for: it has completed by a run that said so, or it waits with no run under way. Nothing begins
 * once something has closed that it could use, and nothing that was not given up ends after that.
 */
export function judge(processes: readonly ProcessRun[]): string[] {
  const journal = processes.flatMap((one) => one.journal);
  return [
    ...processes.flatMap(judgeExit),
    ...processes.flatMap((one) => judgeOrder(one.journal)),
    ...judgeRuns(journal),
    ...judgeJobs(journal),
  ];
}

const all = <K extends Entry['is']>(journal: readonly Entry[], is: K): EntryOf<K>[] =>
  journal.filter((entry): entry is EntryOf<K> => entry.is === is);

function judgeExit(run: ProcessRun): string[] {
  const { code, signal, output, useProcessExit, journal } = run;
  const wanted = useProcessExit ? [0, null] : [null, 'SIGTERM'];
  return [
    ...((code === wanted[0] && signal === wanted[1]) || wasHitAtExit(run)
      ? []
      : [`ended with code ${code} and signal ${signal}, not ${wanted[0]} and ${wanted[1]}`]),
    ...(output === '' ? [] : [`said: ${output}`]),
    ...(all(journal, 'listed').length === 1 ? [] : ['did not come to the end of its shutdown']),
    ...(useProcessExit === (journal.at(-1)?.is === 'exit') ? [] : ['went on, or stopped, at its exit']),
    ...all(journal, 'refused').map(({ code }) => `refused an enqueue: ${code}`),
  ];
}

/** From its exit on a process no longer listens to signals: another that comes before it is gone ends it by itself. */
function wasHitAtExit({ code, signal, signals, journal }: ProcessRun): boolean {
  return code === null && signal === 'SIGTERM' && signals > 1 && journal.at(-1)?.is === 'exit';
}

/** Nothing begins when a pool has closed, and what ends then was given up before. */
function judgeOrder(journal: readonly Entry[]): string[] {
  const given = new Set(all(journal, 'aborted').map(({ run }) => run));
  const place = journal.findIndex(({ is }) => is === 'closed');
  const late = place < 0 ? [] : journal.slice(place);
  return [
    ...(all(journal, 'closed').length === 3 ? [] : ['did not close its three pools']),
    ...all(late, 'started').map(({ run }) => `started run ${run} with a pool closed`),
    ...all(late, 'begun').map(({ work }) => `began ${work} with a pool closed`),
    ...all(late, 'ended')
      .filter(({ run }) => !given.has(run))
      .map(({ run }) => `ended run ${run} with a pool closed`),
    ...all(late, 'done').map(({ work }) => `ended ${work} with a pool closed`),
    ...unfinishedWork(journal),
  ];
}

function unfinishedWork(journal: readonly Entry[]): string[] {
  const done = new Set(all(journal, 'done').map(({ work }) => work));
  return all(journal, 'begun')
    .filter(({ work }) => !done.has(work))
    .map(({ work }) => `never ended ${work}`);
}

/** A run ends, or it was told to and is a zombie. */
function judgeRuns(journal: readonly Entry[]): string[] {
  const over = new Set([...all(journal, 'ended'), ...all(journal, 'aborted')].map(({ run }) => run));
  return all(journal, 'started')
    .filter(({ run }) => !over.has(run))
    .map(({ run }) => `cut off run ${run}`);
}

function judgeJobs(journal: readonly Entry[]): string[] {
  const left = new Map(all(journal, 'left').map(({ job, status }) => [job, status]));
  const aborted = new Set(all(journal, 'aborted').map(({ run }) => run));
  const good = all(journal, 'ended').filter(({ ok }) => ok);
  return all(journal, 'accepted').flatMap(({ job }) => {
    const status = left.get(job);
    if (status === undefined) return [`lost job ${job}`];
    if (status === 'running') return [`left job ${job} running`];
    const ends = good.filter((end) => end.job === job);
    const sure = ends.filter(({ run }) => !aborted.has(run));
    if (status === 'completed' && ends.length === 0) return [`completed job ${job} without a run`];
    if (status !== 'completed' && sure.length > 0)
      return [`left job ${job} ${status} after it had ended well`];
    return sure.length > 1 ? [`ran job ${job} to its end ${sure.length} times`] : [];
  });
}
