import type {
  Claim,
  ClaimRequest,
  JobRecord,
  JobRef,
  Outcome,
  Settlement,
  Verdict,
} from '../../../lib/contract/index.js';
import { inQueue } from './flaw.js';
import { ForwardingQueue } from './forwarding-queue.js';

/** Hands settlements on with each outcome changed. */
abstract class ChangingOutcomes extends ForwardingQueue {
  override claim(request: ClaimRequest): Promise<Claim> {
    const settle = request.settle?.map((one): Settlement => ({ ...one, outcome: this.change(one.outcome) }));
    return super.claim({ ...request, settle });
  }

  protected abstract change(outcome: Outcome): Outcome;
}

class AttemptNotCounted extends ChangingOutcomes {
  protected override change(outcome: Outcome): Outcome {
    return outcome.kind === 'retry' ? { ...outcome, countAttempt: false } : outcome;
  }
}

class ReleaseCounted extends ChangingOutcomes {
  protected override change(outcome: Outcome): Outcome {
    return outcome.kind === 'released' ? { ...outcome, countAttempt: true } : outcome;
  }
}

class ResultLost extends ChangingOutcomes {
  protected override change(outcome: Outcome): Outcome {
    return outcome.kind === 'completed' ? { kind: 'completed' } : outcome;
  }
}

class VerdictsReversed extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    return { ...claim, verdicts: claim.verdicts.toReversed() };
  }
}

class AppliedAgain extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    const claim = await super.claim(request);
    const verdicts = claim.verdicts.map((verdict): Verdict =>
      verdict === 'already-applied' ? 'applied' : verdict,
    );
    return { ...claim, verdicts };
  }
}

/** Jobs that wait for their retry are kept with the dead letters, and taken out again when they are due. */
class RetryingAmongTheDead extends ForwardingQueue {
  override async get(jobs: readonly JobRef[]): Promise<(JobRecord | undefined)[]> {
    return (await super.get(jobs)).map((record) => {
      if (record?.state !== 'retrying') return record;
      const { dueAt: _, ...rest } = record;
      return { ...rest, state: 'failed', finishedAt: record.startedAt as number };
    });
  }
}

class RefusedInSilence extends ForwardingQueue {
  override async claim(request: ClaimRequest): Promise<Claim> {
    return { ...(await super.claim(request)), refused: undefined };
  }
}

export const settlementFlaws = [
  inQueue('counts no attempt that is retried', 'attempts', AttemptNotCounted),
  inQueue('counts an attempt that was given back', 'attempts', ReleaseCounted),
  inQueue('loses results', 'settle', ResultLost),
  inQueue('answers settlements in the wrong order', 'settle', VerdictsReversed),
  inQueue('says that a second settlement was applied', 'settle', AppliedAgain),
  inQueue('drops what it cannot enqueue in silence', 'settlements that enqueue', RefusedInSilence),
  inQueue('makes a move that the state table does not have', 'cancel', RetryingAmongTheDead),
];
