import { JOB_STATES } from '../../../../lib/contract/index.js';
import type { JobEntry } from '../../../../lib/backends/memory/job-entry.js';
import type { MemoryQueue } from '../../../../lib/backends/memory/memory-queue.js';
import { PENDING, RUNNING, isFinishedCode, stateName } from '../../../../lib/backends/memory/state-code.js';

/** Where the parts keep what they hold; looked into here alone. */
interface Inside {
  readonly ready: { levels: ({ keyless: Flow; keyed: Map<string, Flow> } | undefined)[] };
  readonly keys: { keys: Map<string, KeyInside> } | undefined;
}

interface Flow {
  readonly jobs: { values(): Iterable<JobEntry>; readonly size: number };
}

interface KeyInside {
  readonly holders: Set<JobEntry>;
  readonly parked: { values(): Iterable<JobEntry> };
}

/** Everything that is wrong with how a queue keeps its jobs; nothing when each lies where its state says. */
export function disorderOf(queue: MemoryQueue): string[] {
  const { ready, keys } = queue as unknown as Inside;
  const flows = ready.levels.flatMap((level) =>
    level === undefined ? [] : [level.keyless, ...level.keyed.values()],
  );
  const readyJobs = flows.flatMap(({ jobs }) => [...jobs.values()]);
  const states = [...(keys?.keys.values() ?? [])];
  const parked = states.flatMap((state) => [...state.parked.values()]);
  const held = states.flatMap((state) => [...state.holders]);
  const due = [...queue.due.values()];
  const leased = [...queue.leases.values()];
  const finished = [...queue.finished.values()];
  const wrong: string[] = [];
  const expectIn = (entry: JobEntry, container: string, isIn: boolean, should: boolean) => {
    if (isIn !== should)
      wrong.push(`${entry.id} (${stateName(entry.state)}) is ${isIn ? '' : 'not '}in ${container}`);
  };
  for (const entry of queue.jobs.values()) {
    const isParked = entry.rare?.parked === true;
    const isReady = entry.state === PENDING && !isParked;
    expectIn(entry, 'ready', readyJobs.includes(entry), isReady && entry.rare?.external !== true);
    expectIn(entry, 'parked', parked.includes(entry), isParked);
    expectIn(entry, 'leases', leased.includes(entry), entry.state === RUNNING);
    expectIn(entry, 'finished', finished.includes(entry), isFinishedCode(entry.state));
    expectIn(
      entry,
      'due',
      due.includes(entry),
      !isReady && !isParked && entry.state !== RUNNING && !isFinishedCode(entry.state) && entry.moment > 0,
    );
    if (entry.rare?.key !== undefined && keys !== undefined) {
      expectIn(entry, 'holders', held.includes(entry), isReady || entry.state === RUNNING);
    }
  }
  for (const entry of [...readyJobs, ...parked, ...due, ...leased, ...finished, ...held]) {
    if (!queue.jobs.has(entry)) wrong.push(`${entry.id} is gone and still kept somewhere`);
  }
  for (const [code, state] of JOB_STATES.entries()) {
    const there = [...queue.jobs.values()].filter((entry) => entry.state === code).length;
    if (queue.count(code) !== there) wrong.push(`${queue.count(code)} are counted as ${state}, ${there} are`);
  }
  return wrong;
}
