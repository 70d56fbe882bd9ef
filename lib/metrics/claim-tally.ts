import { BucketTally } from './bucket-tally.js';

/** Jobs a call, from the lone one to the largest batch. */
const SIZES: readonly number[] = [0, 1, 2, 5, 10, 20, 50, 100, 200, 500];
/** Seconds that a claim takes. */
const DURATIONS: readonly number[] = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** What is known of the claims on one backend. */
export class ClaimTally {
  readonly jobs = new BucketTally(SIZES);
  readonly settled = new BucketTally(SIZES);
  readonly took = new BucketTally(DURATIONS);
  failures = 0;

  constructor(readonly labels: { readonly backend: string }) {}

  reset(): void {
    this.jobs.reset();
    this.settled.reset();
    this.took.reset();
    this.failures = 0;
  }
}
