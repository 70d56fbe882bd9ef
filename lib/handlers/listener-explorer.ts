import type { ListenerMetadata, TaskMetadataAccessor } from '../decorators/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import type { TaskEvents } from '../events/index.js';
import { scopeProblem } from './provider-site.js';
import type { DecoratedMethod, ProviderSites } from './provider-sites.js';

/** Finds the `@OnTaskEvent` methods of the app's providers and controllers and lets them listen. */
export class ListenerExplorer {
  constructor(
    private readonly sites: ProviderSites,
    private readonly accessor: TaskMetadataAccessor,
    private readonly events: TaskEvents,
  ) {}

  /** To be called once, when every provider has its instance. @throws TaskRegistrationError for a scoped provider */
  explore(): void {
    for (const found of this.sites.find((prototype, method) => this.read(prototype, method)))
      this.listen(found);
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
      this.events.on(type, (event) => target[method]?.(event), filter, label);
    }
  }
}
