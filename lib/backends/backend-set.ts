import type { Clock, TaskBackend } from '../contract/index.js';
import { InvalidBackendError } from '../errors/index.js';
import { BackendOpener, type ConnectOptions, type OpenerParts } from './backend-opener.js';
import { keeperOf, openingSteps } from './backend-order.js';
import { LateBackend } from './late-backend.js';
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
  /** Name of the backend that keeps its jobs until a commit. */
  readonly outbox?: string | undefined;
}

export interface BackendSetOptions {
  readonly backends: readonly BackendEntry[];
  readonly clock: Clock;
  readonly connect: ConnectOptions;
  readonly logger: OpenerParts['logger'];
}

/** The backends of an app, by name: made, opened and closed together. */
export class BackendSet {
  private readonly openers: BackendOpener[] = [];

  private constructor(
    private readonly byName: ReadonlyMap<string, TaskBackend>,
    /** The one flagged as such, else the first. */
    readonly primary: TaskBackend,
    private readonly own: ReadonlyMap<string, TaskBackend>,
    /** Names: each step is opened at once, after the one before, and closed before it. */
    private readonly steps: readonly (readonly string[])[],
    private readonly options: BackendSetOptions,
  ) {}

  /**
   * Makes every backend, unopened.
   * @throws InvalidBackendError for one that cannot be made, for two of one name, for none at all, and for a `state` that leads nowhere
   */
  static async create(
    registry: Pick<TaskBackendRegistry, 'create'>,
    options: BackendSetOptions,
  ): Promise<BackendSet> {
    const { backends, clock, connect, logger } = options;
    const names = backends.map(({ name }) => name);
    if (new Set(names).size < names.length) throw new InvalidBackendError('Two backends have the same name.');
    const primary = backends.find((entry) => entry.primary) ?? backends[0];
    if (primary === undefined) throw new InvalidBackendError('There is no backend.');
    const own = new Map<string, TaskBackend>();
    const steps = openingSteps(backends);
    for (const step of steps) {
      const made = await Promise.all(
        step.map((entry) => {
          const state = own.get(keeperOf(entry, backends)?.name ?? '');
          return registry.create({ ...entry, clock, logger, state });
        }),
      );
      step.forEach(({ name }, place) => own.set(name, made[place] as TaskBackend));
    }
    for (const { name, outbox } of backends) {
      if (outbox !== undefined && own.get(outbox)?.outbox === undefined) throw noOutbox(name, outbox);
    }
    const front = (name: string): TaskBackend => {
      const backend = own.get(name) as TaskBackend;
      return connect.onBoot === 'continue' ? new LateBackend(name, backend) : backend;
    };
    const byName = new Map(names.map((name) => [name, front(name)]));
    const order = steps.map((step) => step.map(({ name }) => name));
    return new BackendSet(byName, byName.get(primary.name) as TaskBackend, own, order, options);
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

  /**
   * Opens all at once, as `connect` says, but for those that keep their state in another: they come after it. When one cannot be
   * opened, all are closed and its error is thrown.
   * @throws BackendUnavailableError, or what a backend throws when it is opened
   */
  async open(): Promise<void> {
    const { connect } = this.options;
    const failures: unknown[] = [];
    const giveUp = (error: unknown) => {
      failures.push(error);
      this.stopOpening(); // One that fails for good does not wait for another that is waited for.
      return false;
    };
    /** Resolves when all of the steps so far are open, which may be after the boot. */
    let opened: Promise<unknown> = Promise.resolve();
    let areOpen = true;
    for (const step of this.steps) {
      const before = opened;
      const all = step.map((name) => this.openerOf(name));
      opened = Promise.all([before, ...all.map((opener) => opener.opened)]);
      if (areOpen) {
        const outcomes = await Promise.all(all.map((opener) => opener.open(connect).catch(giveUp)));
        areOpen = !outcomes.includes(false);
      } else void before.then(() => all.forEach((opener) => opener.openLater()));
      if (failures.length === 0) continue;
      await this.close().catch(() => undefined);
      throw failures[0];
    }
  }

  /** Closes one after the other, in the opposite order. All are closed, even if one cannot be. */
  async close(): Promise<void> {
    this.stopOpening();
    const failures: unknown[] = [];
    for (const backend of [...this.own.values()].toReversed()) {
      const outcomes = await Promise.allSettled([backend.queue.close(), backend.state.close()]);
      for (const outcome of outcomes) if (outcome.status === 'rejected') failures.push(outcome.reason);
    }
    if (failures.length > 0) throw failures[0];
  }

  private openerOf(name: string): BackendOpener {
    const front = this.byName.get(name);
    const opener = new BackendOpener(name, this.own.get(name) as TaskBackend, {
      ...this.options,
      onOpen: () => (front instanceof LateBackend ? front.admit() : undefined),
    });
    this.openers.push(opener);
    return opener;
  }

  private stopOpening(): void {
    for (const opener of this.openers) opener.stop();
  }
}

function noOutbox(name: string, outbox: string): InvalidBackendError {
  return new InvalidBackendError(
    `Backend ${JSON.stringify(name)} has its \`outbox\` in ${JSON.stringify(outbox)}, which keeps none.`,
    { remedy: 'Name a backend of the type `postgres`: the one whose database has your transactions.' },
  );
}
