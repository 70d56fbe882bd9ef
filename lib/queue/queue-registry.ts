import { isDeepStrictEqual } from 'node:util';
import { DEFAULT_QUEUE, nearestName, type ResolvedQueue } from '../config/index.js';
import type { AnyTasks, RetentionOptions } from '../contract/index.js';
import { InvalidOptionError, UnknownQueueError } from '../errors/index.js';
import type { QueueDirectory, StoreLink } from '../state/index.js';
import { queueDefinition } from './queue-definition.js';
import type { RetentionSettings } from './retention-settings.js';
import type { TaskQueue } from './task-queue.js';

/** One declared queue. */
interface Declared {
  readonly definition: ResolvedQueue;
  readonly store: StoreLink;
  readonly queue: TaskQueue;
}

/**
 * The queues that the app declares: what `forRoot` and the backends bring, and what feature modules add.
 *
 * @example
 * constructor(private readonly queues: QueueRegistry) {}
 * const depths = await Promise.all(this.queues.all().map((queue) => queue.count('pending')));
 */
export class QueueRegistry implements QueueDirectory {
  private readonly declared = new Map<string, Declared>();
  private readonly aliases = new Map<string, string>();

  /** @internal */
  constructor(
    private readonly links: ReadonlyMap<string, StoreLink>,
    private readonly make: (definition: ResolvedQueue, store: StoreLink) => TaskQueue,
    private readonly retention: RetentionSettings,
  ) {}

  /**
   * @typeParam T What the compiler is to know of its tasks: see {@link TaskQueue}.
   * @param name Default: `default` of the primary backend, which also goes by that backend's name.
   * @throws UnknownQueueError that lists the known names and the nearest one
   */
  // oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- it is the caller's word for what no type can know, as of `ModuleRef.get()`
  get<T extends object = AnyTasks>(name: string = DEFAULT_QUEUE): TaskQueue<T> {
    return this.find(name).queue as TaskQueue<object> as TaskQueue<T>;
  }

  has(name: string): boolean {
    return this.declared.has(name) || this.aliases.has(name);
  }

  names(): string[] {
    return [...this.declared.keys()];
  }

  all(): TaskQueue[] {
    return [...this.declared.values()].map(({ queue }) => queue);
  }

  /**
   * Adds a queue. The same queue declared alike by several modules is one queue.
   * @throws InvalidOptionError when it is declared already with other settings, or its backend is not there
   */
  declare(definition: ResolvedQueue): TaskQueue {
    const { name, alias, backend } = definition;
    const known = this.declared.get(name);
    if (known !== undefined) {
      if (isDeepStrictEqual(known.definition, definition)) return known.queue;
      throw invalid(name, 'is declared twice, with different settings');
    }
    const store = this.links.get(backend);
    if (store === undefined) throw invalid(name, `lives on backend "${backend}", which is not there`);
    const queue = this.make(definition, store);
    this.declared.set(name, { definition, store, queue });
    if (alias !== undefined) this.aliases.set(alias, name);
    return queue;
  }

  /**
   * Changes how long finished jobs are kept, on every queue, from the next call on. Every process of a fleet is to be told alike.
   *
   * @param retention What is not given stays.
   * @throws InvalidOptionError for an unknown key or a value out of range; nothing is changed then
   *
   * @example
   * queues.setRetention({ failedTtl: '30 days' });
   */
  setRetention(retention: RetentionOptions): void {
    this.retention.change(retention);
    for (const { definition, store } of this.declared.values()) {
      store.queue.declare([queueDefinition(definition, this.retention.current)]);
    }
  }

  /** What each queue was declared as. */
  definitions(): ResolvedQueue[] {
    return [...this.declared.values()].map(({ definition }) => definition);
  }

  /** @internal */
  stores(): readonly StoreLink[] {
    return [...this.links.values()];
  }

  /** @internal */
  storeOf(name: string): StoreLink {
    return this.find(name).store;
  }

  /** @internal */
  ownName(name: string): string {
    return this.find(name).definition.name;
  }

  private find(name: string): Declared {
    const found = this.declared.get(name) ?? this.declared.get(this.aliases.get(name) ?? '');
    if (found !== undefined) return found;
    const known = this.names();
    throw new UnknownQueueError(String(name), known, nearestName(String(name), known));
  }
}

function invalid(name: string, message: string): InvalidOptionError {
  return new InvalidOptionError([{ path: `queues.${name}`, message }]);
}
