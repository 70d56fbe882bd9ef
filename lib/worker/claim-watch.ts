import type { Claim, Clock } from '../contract/index.js';
import type { WorkProbes } from '../events/index.js';
import type { Batch } from './outbox.js';

/** Tells of the claims of one backend where somebody watches; reads no clock where nobody does. */
export class ClaimWatch {
  constructor(
    private readonly backend: string,
    private readonly probes: WorkProbes | undefined,
    private readonly clock: Pick<Clock, 'now'>,
  ) {}

  /** @returns when the claim left; undefined where nobody watches */
  begin(): number | undefined {
    return this.probes?.wants('claimed') === true ? this.clock.now() : undefined;
  }

  /** @returns the claim, as it is */
  answered(claim: Claim, batch: Batch, startedAt: number | undefined): Claim {
    if (startedAt === undefined) return claim;
    const took = this.clock.now() - startedAt;
    const { backend } = this;
    this.probes?.claimed({ backend, jobs: claim.jobs, settled: batch.runs.length, startedAt, took });
    return claim;
  }

  failed(): void {
    this.probes?.claimFailed(this.backend);
  }
}
