import type { BackendSubscription, Ms } from '../../contract/index.js';
import type { DatabaseSession, PostgresDatabase } from './database.js';
import type { RepeatedStep } from './repeated-step.js';
import { WakeUp } from './wake-up.js';

/** How often to look where messages are pushed: one may be lost with a connection. */
const SLOW_POLL: Ms = 5_000;
/** How often to look where none can be pushed. */
const FAST_POLL: Ms = 200;

/** Who waits for work: woken by messages of the database, and by a slow look in case one was lost. */
export class WakeUps {
  private readonly sleepers = new Set<WakeUp>();
  private polling: RepeatedStep | undefined;
  private isListening = false;

  constructor(
    private readonly database: PostgresDatabase,
    private readonly session: DatabaseSession,
  ) {}

  /** @param queue As the database calls it. */
  subscribe(queue: string, demand: number, onAvailable: () => void): BackendSubscription {
    const sleeper = new WakeUp(queue, onAvailable, () => this.leave(sleeper));
    this.sleepers.add(sleeper);
    this.polling ??= this.session.repeat(this.database.canListen ? SLOW_POLL : FAST_POLL, () => this.look());
    void this.listen();
    sleeper.setDemand(demand);
    return sleeper;
  }

  /** Wakes one who wants jobs of this queue. @returns whether somebody does */
  wakeOne(queue: string): boolean {
    for (const sleeper of this.sleepers) {
      if (sleeper.queue !== queue || !sleeper.wantsJobs) continue;
      sleeper.wake();
      return true;
    }
    return false;
  }

  close(): void {
    this.sleepers.clear();
    this.stop();
  }

  private leave(sleeper: WakeUp): void {
    this.sleepers.delete(sleeper);
    if (this.sleepers.size === 0) this.stop();
  }

  private stop(): void {
    this.polling?.stop();
    this.polling = undefined;
  }

  /** One listening for all, made when the first waits; it comes back by itself. */
  private async listen(): Promise<void> {
    if (this.isListening || !this.database.canListen) return;
    this.isListening = true;
    const listener = {
      onMessage: (queue: string) => this.wake((sleeper) => sleeper.queue === queue),
      onReconnect: () => this.wake(() => true),
    };
    try {
      await this.session.listen(this.database.channel('jobs'), listener);
      // What came before the server listened was not heard.
      this.wake(() => true);
    } catch {
      this.isListening = false;
    }
  }

  private look(): Promise<void> {
    this.wake(() => true);
    return this.listen();
  }

  private wake(isMeant: (sleeper: WakeUp) => boolean): void {
    for (const sleeper of this.sleepers) if (isMeant(sleeper)) sleeper.wake();
  }
}
