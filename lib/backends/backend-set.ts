import type { Clock, TaskBackend } from '../contract/index.js';
import { InvalidBackendError } from '../errors/index.js';
import type { TaskBackendRegistry } from './task-backend.registry.js';

/** One backend of the configuration, resolved. */
export interface BackendEntry {
  readonly name: string;
  readonly primary: boolean;
  readonly type: string;
  readonly url?: string | undefined;
  readonly options: Readonly<Record<string, unknown>>;
}

export interface BackendSetOptions {
  readonly backends: readonly BackendEntry[];
  readonly clock: Clock;
}

/** The backends of an app, by name: made, opened and closed together. */
export class BackendSet {
  private constructor(
    private readonly byName: ReadonlyMap<string, TaskBackend>,
    /** The one flagged as such, else the first. */
    readonly primary: TaskBackend,
  ) {}

  /**
   * Makes every backend, unopened.
   * @throws InvalidBackendError for one that cannot be made, for two of one name, and for none at all
   */
  static async create(
    registry: TaskBackendRegistry,
    { backends, clock }: BackendSetOptions,
  ): Promise<BackendSet> {
    const made = await Promise.all(backends.map((entry) => registry.create({ ...entry, clock })));
    const byName = new Map(backends.map(({ name }, place) => [name, made[place] as TaskBackend]));
    if (byName.size < backends.length) throw new InvalidBackendError('Two backends have the same name.');
    const primary =
      made[
        Math.max(
          0,
          backends.findIndex((entry) => entry.primary),
        )
      ];
    if (primary === undefined) throw new InvalidBackendError('There is no backend.');
    return new BackendSet(byName, primary);
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

  /** Opens all at once. When one cannot be opened, the others are closed again and its error is thrown. */
  async open(): Promise<void> {
    const outcomes = await Promise.allSettled([...this.byName.values()].map(openBackend));
    const failed = outcomes.find((outcome) => outcome.status === 'rejected');
    if (failed === undefined) return;
    await this.close().catch(() => undefined);
    throw failed.reason;
  }

  /** Closes one after the other, the last of the configuration first. All are closed, even if one cannot be. */
  async close(): Promise<void> {
    const failures: unknown[] = [];
    for (const backend of [...this.byName.values()].toReversed()) {
      const outcomes = await Promise.allSettled([backend.queue.close(), backend.state.close()]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    if (failures.length > 0) throw failures[0];
  }
}

async function openBackend(backend: TaskBackend): Promise<void> {
  await Promise.all([backend.queue.open(), backend.state.open()]);
}
