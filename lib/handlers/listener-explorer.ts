import type { TaskEventFilter } from '../contract/index.js';
import type { ListenerMetadata, TaskMetadataAccessor } from '../decorators/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { listenerEntry, type TaskEvents } from '../events/index.js';
import { locating } from './located-error.js';
import { scopeProblem } from './provider-site.js';
import type { DecoratedMethod, ProviderSites } from './provider-sites.js';
import type { DeclaredQueues } from './registry-ports.js';

/** A task that a listener waits for by its name. */
export interface ListenedTask {
  /** `Alerts.alert`. */
  readonly label: string;
  readonly task: string;
}

/** Finds the `@OnTaskEvent` methods of the app's providers and controllers and lets them listen. */
export class ListenerExplorer {
  private readonly named: ListenedTask[] = [];

  constructor(
    private readonly sites: ProviderSites,
    private readonly accessor: TaskMetadataAccessor,
    private readonly events: TaskEvents,
    private readonly queues: DeclaredQueues,
  ) {}

  /** The tasks that listeners name. Which there are is known only when all of the app has started. */
  get listenedTasks(): readonly ListenedTask[] {
    return this.named;
  }

  /**
   * To be called once, when every provider has its instance.
   * @throws TaskRegistrationError for a scoped provider, UnknownQueueError for a queue that is not declared
   */
  explore(): void {
    const all = this.sites.find(
      (prototype, method) => this.read(prototype, method),
      (prototype) => this.accessor.hasAny(prototype, ['listener']),
    );
    for (const found of all) this.listen(found);
  }

  private read(prototype: object, method: string): readonly ListenerMetadata[] | undefined {
    const listeners = this.accessor.findListeners(prototype, method);
    return listeners.length === 0 ? undefined : listeners;
  }

  private listen({ site, method, metadata }: DecoratedMethod<readonly ListenerMetadata[]>): void {
    const label = `${site.type.name}.${method}`;
    const problem = scopeProblem(site);
    if (problem !== undefined) {
      throw new TaskRegistrationError(
        `${label} listens to events, but belongs to ${problem}: no instance of it can be called. Make it a singleton.`,
      );
    }
    const target = site.instance as Record<string, (event: unknown) => unknown>;
    for (const { type, filter } of metadata) {
      const listener = (event: unknown) => target[method]?.(event);
      this.events.listen(type, listenerEntry(listener, this.resolved(filter, label), label));
      if (filter.task !== undefined) this.named.push({ label, task: filter.task });
    }
  }

  /** Events name a queue by its own name, a filter may do so by its second one. */
  private resolved(filter: TaskEventFilter, label: string): TaskEventFilter {
    const { queue } = filter;
    return queue === undefined
      ? filter
      : { ...filter, queue: locating(`${label}, @OnTaskEvent()`, () => this.queues.get(queue).name) };
  }
}
