import type { Clock, ClockTimer, Ms, TaskBackend } from '../contract/index.js';
import { BackendUnavailableError, isInstance } from '../errors/index.js';

/** How the backends of an app are opened while it boots. */
export interface ConnectOptions {
  /** What becomes of the boot when one is not there. */
  readonly onBoot: 'fail' | 'wait' | 'continue';
  /** How long the boot waits. */
  readonly timeout: Ms;
}

export interface OpenerParts {
  readonly clock: Clock;
  readonly logger: { log(message: string): void; warn(message: string): void };
  readonly onOpen: () => void;
}

/** Pauses between tries: doubled each time, up to the last. */
const PAUSE: { readonly first: Ms; readonly most: Ms } = { first: 250, most: 5_000 };
/** Any length does: the timer is there to keep the process alive while its boot waits. */
const LONG = 2_000_000_000;

type Part = 'queue' | 'state';

/** Opens one backend: once, or again and again until it is there. */
export class BackendOpener {
  /** Resolves when it is open; never, when it is stopped before. */
  readonly opened: Promise<void>;
  private tellOpen: () => void = () => undefined;
  private readonly openParts = new Set<Part>();
  private readonly startedAt: Ms;
  private stopped = false;
  private tries = 0;
  private lastTrouble: unknown;
  private timer: ClockTimer | undefined;
  private cutPause: () => void = () => undefined;

  constructor(
    private readonly name: string,
    private readonly backend: TaskBackend,
    private readonly parts: OpenerParts,
  ) {
    this.startedAt = parts.clock.now();
    this.opened = new Promise((resolve) => (this.tellOpen = resolve));
  }

  /**
   * Opens it as the options say.
   * @returns whether it is open; false: it goes on being tried
   * @throws BackendUnavailableError when it is not there in time, else what opening it throws
   */
  async open({ onBoot, timeout }: ConnectOptions): Promise<boolean> {
    const opening = onBoot === 'wait' ? this.persist(isTrouble) : this.attempt();
    try {
      await this.within(timeout, opening);
      this.finish(this.tries > 1);
      return true;
    } catch (error) {
      if (onBoot !== 'continue' || !isTrouble(error)) {
        this.stop();
        throw error;
      }
      this.tell(error);
      void this.goOn(opening);
      return false;
    }
  }

  /** Opens it without anybody waiting for it. */
  openLater(): void {
    if (!this.stopped) void this.goOn(this.attempt());
  }

  /** Tries no more. */
  stop(): void {
    this.stopped = true;
    this.timer?.cancel();
    this.cutPause();
  }

  /** Opens what is not open yet. */
  private async attempt(): Promise<void> {
    this.tries++;
    const parts = (['queue', 'state'] as const).filter((part) => !this.openParts.has(part));
    const outcomes = await Promise.allSettled(parts.map((part) => this.openPart(part)));
    for (const outcome of outcomes) if (outcome.status === 'rejected') throw outcome.reason;
  }

  private async openPart(part: Part): Promise<void> {
    await this.backend[part].open();
    this.openParts.add(part);
    // Nobody waits for it any more, and nobody would close it.
    if (this.stopped) await this.backend[part].close();
  }

  /** Tries until it is open or stopped. @param isWorthIt Whether another try could change it. */
  private async persist(isWorthIt: (error: unknown) => boolean): Promise<void> {
    for (let pause = PAUSE.first; !this.stopped; pause = Math.min(pause * 2, PAUSE.most)) {
      try {
        return await this.attempt();
      } catch (error) {
        if (!isWorthIt(error)) throw error;
        this.lastTrouble = error;
        this.tell(error);
      }
      await this.pause(pause);
    }
    throw this.absence('it was not there when the app closed');
  }

  /** The app is up without it: now no error is a reason to give up. */
  private async goOn(first: Promise<void>): Promise<void> {
    try {
      await first.catch(() => this.pause(PAUSE.first).then(() => this.persist(() => true)));
    } catch {
      return; // Only a stop ends it so.
    }
    if (!this.stopped) this.finish(true);
  }

  private async within(timeout: Ms, opening: Promise<void>): Promise<void> {
    const hold = setInterval(() => undefined, LONG);
    let bound: ClockTimer | undefined;
    const late = new Promise<never>((_resolve, reject) => {
      bound = this.parts.clock.setTimer(timeout, () => {
        reject(this.absence(`it did not answer within ${timeout} ms`));
      });
    });
    opening.catch(() => undefined); // It may reject after its time.
    try {
      await Promise.race([opening, late]);
    } finally {
      clearInterval(hold);
      bound?.cancel();
    }
  }

  /** What the last try has met, else what is said in its place. */
  private absence(otherwise: string): BackendUnavailableError {
    const trouble = this.lastTrouble;
    const known = isInstance(trouble, BackendUnavailableError) ? trouble : undefined;
    return new BackendUnavailableError(this.name, 'not-sent', {
      cause: trouble ?? new Error(otherwise),
      reason: known?.reason ?? otherwise,
      ...(known !== undefined && { remedy: known.remedy }),
    });
  }

  private pause(length: Ms): Promise<void> {
    if (this.stopped) return Promise.resolve();
    return new Promise((resolve) => {
      this.cutPause = resolve;
      this.timer = this.parts.clock.setTimer(length, resolve);
    });
  }

  /** At the first try, the second, the fourth, the eighth: it may take a night. */
  private tell(error: unknown): void {
    if (this.stopped || (this.tries & (this.tries - 1)) !== 0) return;
    this.parts.logger.warn(
      `Backend "${this.name}" is not there yet${whyOf(error)}, after ${this.waited()}; it is tried again.`,
    );
  }

  private finish(isWorthTelling: boolean): void {
    if (isWorthTelling) this.parts.logger.log(`Backend "${this.name}" is there, after ${this.waited()}.`);
    this.parts.onOpen();
    this.tellOpen();
  }

  private waited(): string {
    return `${((this.parts.clock.now() - this.startedAt) / 1_000).toFixed(1)} s`;
  }
}

/** Only what a broker's absence explains can change by itself: a wrong password does not. */
const isTrouble = (error: unknown): boolean => isInstance(error, BackendUnavailableError);

/** Why, as far as it is fit to be told. The message of a driver may hold an address with its password. */
function whyOf(error: unknown): string {
  const { reason, cause } = isInstance(error, BackendUnavailableError)
    ? error
    : { reason: undefined, cause: error };
  if (reason !== undefined) return ` (${reason})`;
  const { code } = (cause ?? {}) as { code?: unknown };
  return typeof code === 'string' ? ` (${code})` : '';
}
