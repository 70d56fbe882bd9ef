import { TasksClosedError } from '../../errors/index.js';

/** What is under way at a backend: nothing new once it is closed, and whoever closes it waits for the rest. */
export class Calls {
  private readonly underWay = new Set<Promise<unknown>>();
  private isOver = false;

  constructor(private readonly warn: (message: string) => void) {}

  get areOver(): boolean {
    return this.isOver;
  }

  /** @throws TasksClosedError once they are over */
  async answer<T>(call: () => Promise<T>): Promise<T> {
    if (this.isOver) throw new TasksClosedError('The rabbitmq backend is closed.');
    const answer = Promise.resolve().then(call);
    this.underWay.add(answer);
    try {
      return await answer;
    } finally {
      this.underWay.delete(answer);
    }
  }

  /** Nobody waits for it but whoever closes, and its failure is a warning. */
  inBackground(work: Promise<unknown>): void {
    const call = work.catch((error: unknown) => this.warn(String(error)));
    this.underWay.add(call);
    void call.finally(() => this.underWay.delete(call));
  }

  /** In the background, unless they are over. */
  unlessOver(work: () => Promise<unknown>): void {
    if (!this.isOver) this.inBackground(work());
  }

  /** Lets none begin any more. */
  end(): void {
    this.isOver = true;
  }

  /** Resolves when those that had begun have ended, well or not. */
  async ended(): Promise<void> {
    await Promise.allSettled(this.underWay);
  }
}
