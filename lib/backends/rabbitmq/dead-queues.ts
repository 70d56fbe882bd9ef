import type { Channel, GetMessage } from 'amqplib';
import type { ErrorRecord, JobRef, QueueBackend } from '../../contract/index.js';
import type { Broker } from './broker.js';
import { enterDead } from './bury-message.js';
import { idOf, readMessage } from './message.js';
import { isNotFound } from './rabbitmq-errors.js';

/** Messages of a dead-letter queue that are looked at for one call. */
export const DEAD_MOST = 10_000;

/** The copies of dead letters that lie at the broker. One looks at a queue at a time: what one has in hand, another does not see. */
export class DeadQueues {
  private readonly turns = new Map<string, Promise<unknown>>();
  /** Ids whose copies are to go with the next look. */
  private readonly doomed = new Map<string, Set<string>>();

  constructor(
    private readonly broker: Broker,
    private readonly ledger: QueueBackend,
  ) {}

  /** Enters what lies in the dead-letter queue and is not in the ledger. @returns how many */
  read(queue: string): Promise<number> {
    return this.inTurn(queue, async () => {
      let entered = 0;
      await this.browse(queue, async (message) => {
        const read = readMessage(queue, message);
        if ('flaw' in read) return false;
        if (await enterDead(this.ledger, read.job, errorOf(message))) entered++;
        return false;
      });
      return entered;
    });
  }

  /** Drops the copies of dead letters that were retried, removed or cleared: else whoever starts later would enter them again. */
  async drop(jobs: readonly JobRef[]): Promise<void> {
    await Promise.all([...new Set(jobs.map(({ queue }) => queue))].map((queue) => this.dropOf(queue, jobs)));
  }

  private async dropOf(queue: string, jobs: readonly JobRef[]): Promise<void> {
    const ids = jobs.flatMap((job) => (job.queue === queue ? job.id : []));
    const waiting = this.doomed.get(queue);
    // They go with what is to be looked for already.
    if (waiting !== undefined) {
      for (const id of ids) waiting.add(id);
      return;
    }
    this.doomed.set(queue, new Set(ids));
    await this.inTurn(queue, async () => {
      const doomed = this.doomed.get(queue) ?? new Set();
      this.doomed.delete(queue);
      await this.browse(queue, (message) => doomed.has(idOf(message) ?? ''));
    });
  }

  /** Looks at the dead letters of a queue: each is dropped when `visit` says so, else it stays where it is. */
  private async browse(
    queue: string,
    visit: (message: GetMessage) => Promise<boolean> | boolean,
  ): Promise<void> {
    const { broker } = this;
    const name = broker.topology.deadQueue(broker.nameOf(queue));
    // What is not acknowledged goes back, in its order, when the channel closes.
    await broker.withChannel(async (channel: Channel) => {
      for (let seen = 0; seen < DEAD_MOST; seen++) {
        const message = await broker.answer(channel.get(name)).catch(noneWhereNoQueueIs);
        if (message === false) return;
        if (await visit(message)) channel.ack(message);
      }
    });
  }

  private inTurn<T>(queue: string, look: () => Promise<T>): Promise<T> {
    const turn = (this.turns.get(queue) ?? Promise.resolve()).then(look);
    this.turns.set(
      queue,
      turn.catch(() => undefined),
    );
    return turn;
  }
}

function noneWhereNoQueueIs(error: unknown): false {
  if (isNotFound(error)) return false;
  throw error;
}

function errorOf({ properties: { headers = {} } }: GetMessage): ErrorRecord {
  const text = (name: string): string | undefined =>
    typeof headers[name] === 'string' ? headers[name] : undefined;
  const reason = text('x-first-death-reason');
  const code = text('x-tasks-error-code');
  return {
    name: text('x-tasks-error-name') ?? 'DeadLetter',
    message:
      text('x-tasks-error') ??
      (reason === undefined
        ? 'It lay in the dead-letter queue of the broker.'
        : `The broker gave it up: ${reason}.`),
    ...(code !== undefined && { code }),
  };
}
