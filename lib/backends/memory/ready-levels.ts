import { HIGHEST_PRIORITY } from '../../contract/index.js';
import type { JobEntry } from './job-entry.js';
import { ReadyLevel } from './ready-level.js';

/** The jobs of a queue that can be handed out: a level for each priority, and a bit for each level that has any. */
export class ReadyLevels {
  private readonly levels = Array.from<ReadyLevel | undefined>({ length: HIGHEST_PRIORITY + 1 });
  private occupied = 0;

  get isEmpty(): boolean {
    return this.occupied === 0;
  }

  push(job: JobEntry): void {
    this.occupy(job.priority).push(job);
  }

  putBack(job: JobEntry): void {
    this.occupy(job.priority).putBack(job);
  }

  /** To be called before many are taken: with a million jobs waiting each is read from main memory. */
  touch(count: number): number {
    if (this.occupied === 0) return 0;
    return (this.levels[31 - Math.clz32(this.occupied)] as ReadyLevel).touch(count);
  }

  /** Since when the job at the head of a line that has been ready longest is ready; `Infinity` when none is. */
  since(): number {
    return this.levels.reduce((earliest, level) => Math.min(earliest, level?.since() ?? Infinity), Infinity);
  }

  take(): JobEntry | undefined {
    if (this.occupied === 0) return undefined;
    const priority = 31 - Math.clz32(this.occupied);
    const level = this.levels[priority] as ReadyLevel;
    const job = level.take();
    if (level.isEmpty) this.occupied &= ~(1 << priority);
    return job;
  }

  remove(job: JobEntry): void {
    const level = this.levels[job.priority] as ReadyLevel;
    level.remove(job);
    if (level.isEmpty) this.occupied &= ~(1 << job.priority);
  }

  private occupy(priority: number): ReadyLevel {
    this.occupied |= 1 << priority;
    return (this.levels[priority] ??= new ReadyLevel());
  }
}
