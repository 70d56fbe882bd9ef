import type { Clock, TaskBackend } from '../contract/index.js';
import { InvalidBackendError } from '../errors/index.js';
import { keeperOf, openingSteps } from './backend-order.js';
import type { TaskBackendRegistry } from './task-backend.registry.js';

/** One backend of the configuration, resolved. */
export interface BackendEntry {
  readonly name: string;
  readonly primary: boolean;
  readonly type: string;
  readonly url?: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
  /** Name of the backend that keeps the records and the state of this one; `primary`: the primary one. */
  readonly state?: string | undefined;
}

export interface BackendSetOptions {
  readonly backends: readonly BackendEntry[];
  readonly clock: Clock;
}

/** The backends of an app, by name: made, opened and closed together. */
export class BackendSet {
  private constructor(
    private readonly byName: ReadonlyMap<string, TaskBackend>,
    /** Each step is opened at once, after the one before, and closed before it. */
    private readonly steps: readonly (readonly TaskBackend[])[],
    /** The one flagged as such, else the first. */
    readonly primary: TaskBackend,
  ) {}

  /**
   * Makes every backend, unopened.
   * @throws InvalidBackendError for one that cannot be made, for two of one name, for none at all, and for a `state` that leads nowhere
   */
  static async create(
    registry: TaskBackendRegistry,
    { backends, clock }: BackendSetOptions,
  ): Promise<BackendSet> {
    const names = backends.map(({ name }) => name);
    if (new Set(names).size < names.length) throw new InvalidBackendError('Two backends have the same name.');
    const primary = backends.find((entry) => entry.primary) ?? backends[0];
    if (primary === undefined) throw new InvalidBackendError('There is no backend.');
    const made = new Map<string, TaskBackend>();
    const steps: TaskBackend[][] = [];
    for (const step of openingSteps(backends)) {
      const opened = await Promise.all(
        step.map((entry) => {
          const state = made.get(keeperOf(entry, backends)?.name ?? '');
          return registry.create({ ...entry, clock, state });
        }),
      );
      step.forEach(({ name }, place) => made.set(name, opened[place] as TaskBackend));
      steps.push(opened);
    }
    const byName = new Map(names.map((name) => [name, made.get(name) as TaskBackend]));
    return new BackendSet(byName, steps, byName.get(primary.name) as TaskBackend);
  }

  /** @throws InvalidBackendError when there is none of that name */
  get(name: string): TaskBackend {
    const backend = this.byName.get(name);
    if (backend === undefined) {
      const known = [...this.byName.keys()].join(', ');
      throw new InvalidBackendError(`There is no backend ${JSON.stringify(name)}. Known: ${known}.`);
    }
    return backend;
  }

  /** In the order of the configuration. */
  entries(): readonly (readonly [string, TaskBackend])[] {
    return [...this.byName];
  }

  /** Opens all at once, but for those that keep their state in another: they come after it. When one cannot be opened, all are closed and its error is thrown. */
  async open(): Promise<void> {
    for (const step of this.steps) {
      const outcomes = await Promise.allSettled(step.map(openBackend));
      const failed = outcomes.find((outcome) => outcome.status === 'rejected');
      if (failed === undefined) continue;
      await this.close().catch(() => undefined);
      throw failed.reason;
    }
  }

  /** Closes one after the other, in the opposite order. All are closed, even if one cannot be. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const backend of this.steps.flat().toReversed()) {
      const outcomes = await Promise.allSettled([backend.queue.close(), backend.state.close()]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    if (failures.length > 0) throw failures[0];
  }
}

async function openBackend(backend: TaskBackend): Promise<void> {
  await Promise.all([backend.queue.open(), backend.state.open()]);
}
