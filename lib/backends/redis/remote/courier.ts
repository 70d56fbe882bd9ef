import type { Ms } from '../../../contract/index.js';
import type { Settled } from './outbox.js';

/** So long after trouble a queue's outbox is left alone by calls that have added nothing to it. */
const PATIENCE: Ms = 1_000;

interface Turn {
  readonly done: Promise<Settled>;
  next?: Promise<Settled>;
}

/**
 * Carries what queues have for each other. What is carried may leave something in turn on the queue that got it: that is carried, too.
 * Several processes may carry the same thing at once, so nothing has to be owned, and what one leaves undone another finishes.
 */
export class Courier {
  private readonly turns = new Map<string, Turn>();
  private readonly troubled = new Map<string, Ms>();
  private count = 0;

  constructor(private readonly settle: (queue: string) => Promise<Settled>) {}

  /**
   * @param queue As the server calls it.
   * @throws what the server said, once everything is carried that can be
   */
  async carry(queue: string): Promise<void> {
    let trouble: unknown;
    for (let due = new Set([queue]); due.size > 0;) {
      const turns = await Promise.all([...due].map((one) => this.take(one)));
      due = new Set(turns.flatMap(({ stirred }) => [...stirred]));
      trouble ??= turns.find((turn) => turn.trouble !== undefined)?.trouble;
    }
    if (trouble !== undefined) throw trouble;
  }

  /** How often it has set out so far. */
  get journeys(): number {
    return this.count;
  }

  /** Whether something could not be carried when it was tried last. */
  isTroubled(queue: string): boolean {
    return this.troubled.has(queue);
  }

  /** Tries again what could not be carried a while ago, without waiting for it. */
  catchUp(queue: string): void {
    const since = this.troubled.get(queue);
    if (since === undefined || performance.now() - since < PATIENCE) return;
    this.troubled.set(queue, performance.now());
    this.carry(queue).catch(() => undefined);
  }

  /** One turn at a time for each queue: who comes meanwhile shares the next, as the one under way may have looked before. */
  private take(queue: string): Promise<Settled> {
    const turn = this.turns.get(queue);
    if (turn === undefined) return this.begin(queue);
    turn.next ??= turn.done.then(() => this.begin(queue));
    return turn.next;
  }

  private begin(queue: string): Promise<Settled> {
    this.count++;
    const done = this.settle(queue);
    const turn: Turn = { done };
    this.turns.set(queue, turn);
    void this.end(queue, turn);
    return done;
  }

  private async end(queue: string, turn: Turn): Promise<void> {
    const { trouble } = await turn.done;
    if (this.turns.get(queue) === turn) this.turns.delete(queue);
    if (trouble === undefined) this.troubled.delete(queue);
    else this.troubled.set(queue, performance.now());
  }
}
