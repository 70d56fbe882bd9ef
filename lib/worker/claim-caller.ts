import type { Claim, Clock, Ms, QueueBackend } from '../contract/index.js';
import { toErrorRecord } from '../errors/index.js';
import type { WorkProbes } from '../events/index.js';
import { ClaimWatch } from './claim-watch.js';
import { ClaimWindow, type ClaimSize } from './claim-window.js';
import { Lanes } from './lanes.js';
import type { LookAhead } from './look-ahead.js';
import type { Lookout } from './lookout.js';
import type { Batch, Outbox } from './outbox.js';
import { TroublePause } from './trouble-pause.js';
import type { Verdicts } from './verdicts.js';
import type { WorkerSlots } from './worker-slots.js';

export interface CallerOptions {
  /** Backend entry, for messages. */
  readonly name: string;
  /** Who claims, shown in job records. */
  readonly worker: string;
  readonly lease: Ms;
  /** Queues with a rate or a concurrency: no job of them is taken before it can start. */
  readonly limited?: ReadonlySet<string> | undefined;
}

export interface CallerParts {
  readonly slots: WorkerSlots;
  readonly ahead: LookAhead;
  readonly outbox: Outbox;
  readonly lookout: Lookout;
  readonly verdicts: Verdicts;
  readonly probes: WorkProbes | undefined;
  readonly clock: Clock;
  readonly logger: { error(message: string): void };
  /** A claim is back; what went along with it is concluded. */
  readonly onClaim: (claim: Claim, size: ClaimSize) => void;
  /** A claim has failed; what went along with it waits for the next. */
  readonly onTrouble: () => void;
  /** The pause after it is over. */
  readonly onCalm: () => void;
}

/** What a claim asks for, and where: on the queues that have called, or on all. */
interface Look extends ClaimSize {
  readonly called?: ReadonlySet<string> | undefined;
}

const NOTHING: Look = { slots: 0, ahead: 0 };

/**
 * The calls of a feeder to its backend. Each takes along what has ended and asks for jobs; what could not be sent goes with the next, and a backend
 * in trouble is left alone for a while.
 */
export class ClaimCaller {
  private readonly window: ClaimWindow;
  private readonly pause: TroublePause;
  private readonly watch: ClaimWatch;
  private lanes = new Lanes([]);
  private isClosed = false;

  constructor(
    private readonly queue: QueueBackend,
    private readonly options: CallerOptions,
    private readonly parts: CallerParts,
  ) {
    const { slots, ahead, probes, clock, onCalm } = parts;
    this.window = new ClaimWindow(queue.capabilities.claimsInFlight, slots, ahead);
    this.pause = new TroublePause(clock, onCalm);
    this.watch = new ClaimWatch(options.name, probes, clock);
  }

  get queues(): readonly string[] {
    return this.lanes.queues;
  }

  /** Asks for jobs of these queues from now on. */
  serve(queues: readonly string[]): void {
    this.lanes = new Lanes(queues, this.options.limited);
  }

  /** Whether a call may go now. */
  get canCall(): boolean {
    return !this.pause.isOn && this.window.isOpen;
  }

  /** How many have not been answered. */
  get underWay(): number {
    return this.window.calls;
  }

  /** Slots that one call may ask for. */
  get most(): number {
    return this.window.most;
  }

  /** @param slots promised to it; 0: it only settles */
  call(slots: number): void {
    const { outbox, lookout } = this.parts;
    const isAlone = this.underWay === 0;
    const size = this.window.open(slots);
    const batch = outbox.take();
    // A call that only settles looks at nothing; one beside another at everything, for what that one may leave.
    const called = slots > 0 ? lookout.begin(batch) : undefined;
    const since = this.watch.begin();
    this.claim({ ...size, called: isAlone ? called : undefined }, batch).then(
      (claim) => this.claimed(this.watch.answered(claim, batch, since), batch, size),
      (error: unknown) => this.failed(error, batch, size),
    );
  }

  /** Sends what has ended, and nothing besides, if the backend still answers: nobody waits for it any more. */
  sendLate(): void {
    const batch = this.parts.outbox.take();
    if (batch.runs.length === 0) return;
    this.claim(NOTHING, batch).then(
      (claim) => this.conclude(claim, batch),
      () => this.parts.outbox.putBack(batch),
    );
  }

  /** Calls a backend in trouble again, before the pause is over. */
  hurry(): void {
    this.pause.cut();
  }

  /** Trouble is no longer told, nor waited out. */
  close(): void {
    this.isClosed = true;
    this.pause.clear();
  }

  private claim({ slots, ahead, called }: Look, batch: Batch): Promise<Claim> {
    try {
      return this.queue.claim({
        worker: this.options.worker,
        lease: this.options.lease,
        take: slots === 0 ? [] : this.lanes.next(slots, ahead, called),
        max: slots + ahead,
        settle: batch.settlements,
      });
    } catch (error) {
      // oxlint-disable-next-line typescript/prefer-promise-reject-errors -- a backend that throws is in trouble like one that rejects
      return Promise.reject(error);
    }
  }

  private claimed(claim: Claim, batch: Batch, size: ClaimSize): void {
    this.window.close(size);
    this.pause.reset();
    this.conclude(claim, batch);
    this.parts.onClaim(claim, size);
  }

  private conclude(claim: Claim, batch: Batch): void {
    this.parts.outbox.answered(batch);
    this.parts.verdicts.conclude(batch, claim);
  }

  private failed(error: unknown, batch: Batch, size: ClaimSize): void {
    const { outbox, logger, onTrouble } = this.parts;
    this.window.close(size);
    this.watch.failed();
    outbox.putBack(batch);
    if (!this.isClosed) {
      const wait = this.pause.begin();
      logger.error(
        `Backend "${this.options.name}": claim failed, again in ${wait} ms: ${toErrorRecord(error).message}`,
      );
    }
    onTrouble();
  }
}
