import type { QueueDefinition } from '../../contract/index.js';
import type { DatabaseSession } from './database.js';
import { declarationColumns } from './declaration.js';
import type { QueueNames } from './queue-names.js';
import type { SqlValues } from './sql-driver.js';
import type { SqlStatement } from './sql-statement.js';

/** What queues were declared with, and whether the database has been told. The latest word holds from the next call on. */
export class Declarations {
  private readonly definitions = new Map<string, QueueDefinition>();
  /** Of those that the database knows nothing of yet, or is being told of. */
  private readonly untold = new Map<string, Promise<unknown> | undefined>();

  constructor(
    private readonly session: DatabaseSession,
    private readonly names: QueueNames,
    private readonly statement: SqlStatement,
  ) {}

  get queues(): readonly string[] {
    return [...this.definitions.keys()];
  }

  declare(definition: QueueDefinition): void {
    const { name, brokerName } = definition;
    this.names.declare(name, brokerName);
    this.definitions.set(name, definition);
    this.untold.set(name, undefined);
  }

  /** Whether a queue was declared here with a limit or a bound. */
  hasLimits(queue: string): boolean {
    const { concurrency, rateLimit, perKey, maxSize } = this.definitions.get(queue) ?? {};
    return [concurrency, rateLimit, perKey, maxSize].some((limit) => limit !== undefined);
  }

  /** Tells the database of those that it has not been told of. Nothing to do: no promise. */
  send(queues: readonly string[]): Promise<unknown> | undefined {
    if (this.untold.size === 0) return undefined;
    const untold = [...new Set(queues)].filter((queue) => this.untold.has(queue));
    if (untold.length === 0) return undefined;
    const unsent = untold.filter((queue) => this.untold.get(queue) === undefined);
    if (unsent.length > 0) this.tell(unsent);
    return Promise.all(untold.flatMap((queue) => this.untold.get(queue) ?? []));
  }

  /** What a transaction is told that cannot wait for another connection: it may have the only one. Nothing to tell: nothing. */
  within(
    queues: readonly string[],
  ): { readonly statement: SqlStatement; readonly values: SqlValues } | undefined {
    const untold = [...new Set(queues)].filter((queue) => this.untold.has(queue));
    return untold.length === 0 ? undefined : { statement: this.statement, values: this.valuesOf(untold) };
  }

  private valuesOf(queues: readonly string[]): SqlValues {
    const columns = queues.map((queue) =>
      declarationColumns(this.names.inStore(queue), this.definitions.get(queue) as QueueDefinition),
    );
    return [JSON.stringify(columns)];
  }

  private tell(queues: readonly string[]): void {
    const sent = this.session.query(this.statement, this.valuesOf(queues));
    for (const queue of queues) this.untold.set(queue, sent);
    const isLatest = (queue: string): boolean => this.untold.get(queue) === sent;
    sent.then(
      () => queues.filter(isLatest).forEach((queue) => this.untold.delete(queue)),
      () => queues.filter(isLatest).forEach((queue) => this.untold.set(queue, undefined)),
    );
  }
}
