import type { QueueDefinition } from '../../contract/index.js';
import { declarationText } from './declaration.js';
import type { QueueKeys } from './queue-keys.js';
import type { RedisScript } from './redis-script.js';
import type { RedisSession } from './redis-session.js';

/** What queues were declared with, and whether the server has been told. The latest word holds from the next call on. */
export class Declarations {
  private readonly definitions = new Map<string, QueueDefinition>();
  private readonly told = new Set<string>();

  constructor(
    private readonly session: RedisSession,
    private readonly keys: QueueKeys,
    private readonly script: RedisScript,
  ) {}

  get queues(): readonly string[] {
    return [...this.definitions.keys()];
  }

  declare(definition: QueueDefinition): void {
    this.keys.declare(definition.name, definition.brokerName);
    this.definitions.set(definition.name, definition);
    this.told.delete(definition.name);
  }

  /** Whoever calls next tells the server again. */
  forget(queues: readonly string[]): void {
    for (const queue of queues) this.told.delete(queue);
  }

  /** Tells the server of those that it has not been told of. Nothing to do: no promise. */
  send(queues: readonly string[]): Promise<unknown> | undefined {
    const untold = queues.filter((queue) => !this.told.has(queue));
    if (untold.length === 0) return undefined;
    for (const queue of untold) this.told.add(queue);
    const sent = Promise.all(untold.map((queue) => this.tell(queue)));
    sent.catch(() => this.forget(untold));
    return sent;
  }

  private tell(queue: string): Promise<unknown> {
    const definition = this.definitions.get(queue);
    // Nothing, of a queue that only other processes declare: what they have said of it stays.
    const text = definition === undefined ? '' : declarationText(definition);
    return this.session.run(
      this.script,
      [this.keys.meta(queue)],
      [this.keys.prefix, this.keys.onServer(queue), text],
    );
  }
}
