import type { JobRecord, JobRef, QueueBackend } from '../contract/index.js';

interface Reading {
  readonly ref: JobRef;
  readonly resolve: (record: JobRecord | undefined) => void;
  readonly reject: (error: unknown) => void;
}

/** Reads records of one backend. What is asked for within one tick travels in one call: never a round trip a job. */
export class RecordReader {
  private readings: Reading[] = [];

  constructor(private readonly backend: Pick<QueueBackend, 'get'>) {}

  /** @returns undefined when there is no such job, or no longer */
  get(ref: JobRef): Promise<JobRecord | undefined> {
    return new Promise((resolve, reject) => {
      if (this.readings.push({ ref, resolve, reject }) === 1) queueMicrotask(() => void this.flush());
    });
  }

  private async flush(): Promise<void> {
    const readings = this.readings;
    this.readings = [];
    try {
      const records = await this.backend.get(readings.map(({ ref }) => ref));
      readings.forEach(({ resolve }, place) => resolve(records[place]));
    } catch (error) {
      for (const { reject } of readings) reject(error);
    }
  }
}
