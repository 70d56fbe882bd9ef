import { setTimeout as sleep } from 'node:timers/promises';
import type { TaskQueue } from 'nestjs-tasks';
import { AppProcess } from './app-process.js';
import { type Enqueued, faultsOf } from './faults.js';

const PROCESSES = 3;
const KILLS = 3;
/** Between two kills, in milliseconds: more than two leases. */
const BETWEEN = 3_500;

/** Lets three processes fire, kills one at a time and starts another, and looks at what was enqueued. @returns whether all is well */
export async function play(queue: TaskQueue, variables: Readonly<Record<string, string>>): Promise<boolean> {
  const boot = (): AppProcess => new AppProcess(variables);
  let processes = Array.from({ length: PROCESSES }, boot);
  try {
    await untilLed(processes);
    console.log(`processes   ${processes.map(({ pid }) => pid).join(', ')}`);
    for (let kill = 0; kill < KILLS; kill++) {
      await sleep(BETWEEN);
      const victim = processes[Math.floor(Math.random() * processes.length)] as AppProcess;
      console.log(`killed      ${victim.pid}${victim.isLeading ? ', which led' : ''}`);
      await victim.kill();
      processes = [...processes.filter((one) => one !== victim), boot()];
    }
    const leader = processes.find(({ isLeading }) => isLeading);
    if (leader !== undefined) {
      console.log(`killed      ${leader.pid}, which led`);
      await leader.kill();
      processes = processes.filter((one) => one !== leader);
    }
    await sleep(BETWEEN);
    await untilLed(processes);
  } finally {
    await Promise.all(processes.map((one) => one.stop()));
  }
  return judge(await enqueuedIn(queue));
}

async function untilLed(processes: readonly AppProcess[]): Promise<void> {
  for (let tries = 0; !processes.some(({ isLeading }) => isLeading); tries++) {
    if (tries > 300) throw new Error('No process leads within 30 s.');
    await sleep(100);
  }
}

async function enqueuedIn(queue: TaskQueue): Promise<Enqueued[]> {
  const { items } = await queue.jobs({ name: 'tick', limit: 1_000 });
  return items.flatMap(({ firing }) =>
    firing === undefined ? [] : [{ slot: firing.slot.getTime(), lateness: firing.lateness }],
  );
}

function judge(jobs: readonly Enqueued[]): boolean {
  for (const { slot, lateness } of jobs.toSorted((a, b) => a.slot - b.slot)) {
    console.log(`slot        ${new Date(slot).toISOString()}${lateness > 0 ? `  ${lateness} ms late` : ''}`);
  }
  const faults = faultsOf(jobs, ((KILLS + 1) * BETWEEN) / 1_000 - 1);
  for (const fault of faults) console.error(`  differs: ${fault}`);
  console.log(faults.length === 0 ? `self-check  ${jobs.length} slots, one job each` : 'self-check  FAILED');
  return faults.length === 0;
}
