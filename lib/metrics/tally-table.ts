import { type Bounds, TaskTally } from './task-tally.js';

/** The label `task` of what is over the bound. Task names begin with a letter or digit: it can be none. */
export const OTHER_TASKS = '_other';

/**
 * The tallies by queue and task, bounded: callers enqueue by any name that they make up, and each would be some forty series for ever. What is over
 * the bound is counted together, a queue.
 */
export class TallyTable {
  private readonly byQueue = new Map<string, Map<string, TaskTally>>();
  private size = 0;

  /** @param onFull told once, when the bound is met */
  constructor(
    private readonly bounds: Bounds,
    private readonly limit: number,
    private readonly onFull: () => void,
  ) {}

  of(queue: string, task: string): TaskTally {
    let byTask = this.byQueue.get(queue);
    if (byTask === undefined) this.byQueue.set(queue, (byTask = new Map()));
    return byTask.get(task) ?? this.make(queue, task, byTask);
  }

  all(): TaskTally[] {
    return [...this.byQueue.values()].flatMap((byTask) => [...byTask.values()]);
  }

  private make(queue: string, task: string, byTask: Map<string, TaskTally>): TaskTally {
    const isOver = this.size >= this.limit;
    const name = isOver ? OTHER_TASKS : task;
    const known = byTask.get(name);
    if (known !== undefined) return known;
    if (!isOver && ++this.size === this.limit) this.onFull();
    const tally = new TaskTally({ queue, task: name }, this.bounds);
    byTask.set(name, tally);
    return tally;
  }
}
