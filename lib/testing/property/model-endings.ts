import assert from 'node:assert/strict';
import type { EndedJob } from '../../contract/index.js';
import type { ModelJob } from './model-job.js';

/** Jobs that have ended inside the store: each end is to be told once, to whoever claims or sweeps next. */
export class ModelEndings {
  /** Ends that nobody was told of yet. */
  private untold: ModelJob[] = [];
  /** Those whose job is gone or has come back meanwhile: whether they are still told is not said. */
  private optional: ModelJob[] = [];

  note(job: ModelJob): void {
    this.untold.push(job);
  }

  /** The job is removed, or runs again. */
  excuse(job: ModelJob): void {
    this.optional.push(...this.untold.filter((one) => one === job));
    this.untold = this.untold.filter((one) => one !== job);
  }

  /** Takes what a call has told, with the jobs of this model that it is about. */
  hear(ended: readonly EndedJob[], jobs: readonly ModelJob[]): void {
    for (const { queue, id } of ended) {
      const job = jobs.find(({ ref }) => ref.queue === queue && ref.id === id);
      if (job === undefined) continue;
      const isNews = drop(this.untold, job) || drop(this.optional, job);
      assert.ok(
        isNews,
        `the end of job ${id} (${job.state} in the model) was told, which nobody was waiting to be told`,
      );
    }
  }

  /** A sweep has looked at every queue. */
  assertTold(): void {
    const left = this.untold.map(({ ref, state }) => `${ref.id} (${state})`);
    assert.deepEqual(left, [], 'jobs that ended inside the store, and of which no sweep has told');
  }
}

function drop(list: ModelJob[], job: ModelJob): boolean {
  const place = list.indexOf(job);
  if (place >= 0) list.splice(place, 1);
  return place >= 0;
}
