import { republish, type Turns } from './audit.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** Queues that somebody has deleted: every call that was under way notices the same loss, and one publishes what was lost. */
export class LostQueues {
  private readonly mending = new Set<string>();

  constructor(
    private readonly parts: () => RabbitMqParts,
    private readonly turns: Turns | undefined,
  ) {}

  async mend(queue: string): Promise<void> {
    if (this.mending.has(queue)) return;
    this.mending.add(queue);
    try {
      await republish(this.parts(), queue, this.turns);
    } finally {
      this.mending.delete(queue);
    }
  }
}
