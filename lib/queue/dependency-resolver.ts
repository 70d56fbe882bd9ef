import type { Dependency, JobRef, NewJob } from '../contract/index.js';
import { assertJobId } from '../config/index.js';
import { DependencyCycleError, InvalidOptionError } from '../errors/index.js';
import { queuesByStore, type QueueDirectory, type StoreLink } from '../state/index.js';
import { findCycle } from './dependency-cycle.js';
import { unsupported } from './refusal.js';

/** A job and what its call says that it depends on. */
export interface DependentJob {
  readonly job: NewJob;
  readonly dependsOn: readonly Dependency[];
}

/** Turns what calls of one queue say of their dependencies into addresses of jobs. */
export class DependencyResolver {
  constructor(
    private readonly queue: string,
    private readonly store: StoreLink,
    private readonly directory: QueueDirectory,
  ) {}

  /**
   * What a call says, checked as far as this process can.
   * @throws InvalidNameError, UnknownQueueError, InvalidOptionError, UnsupportedOperationError
   */
  read(given: Dependency | readonly Dependency[] | undefined): readonly Dependency[] {
    if (given === undefined) return [];
    const list = (Array.isArray(given) ? given : [given]) as readonly Dependency[];
    if (list.length > 0 && !this.store.queue.capabilities.features.dependencies) {
      throw unsupported('let a job depend on others', this.store.name);
    }
    return list.map((dependency) => this.check(dependency));
  }

  /**
   * Gives each job the addresses of those that it depends on. A bare id means a job of the same call, or else one on any
   * queue of this backend, found by one call. One that is not found is left to the backend, which may still remember it.
   *
   * @throws DependencyCycleError
   */
  async resolve(dependents: readonly DependentJob[]): Promise<NewJob[]> {
    this.refuseCycles(dependents);
    const together = new Set(dependents.map(({ job }) => job.id));
    const bare = dependents.flatMap(({ dependsOn }) =>
      dependsOn.filter((one): one is string => typeof one === 'string' && !together.has(one)),
    );
    const found = await this.find([...new Set(bare)]);
    const addressOf = (one: Dependency): JobRef =>
      typeof one === 'string' ? (found.get(one) ?? { queue: this.queue, id: one }) : one;
    return dependents.map(({ job, dependsOn }) =>
      dependsOn.length === 0
        ? job
        : { ...job, dependsOn: { jobs: distinct(dependsOn.map(addressOf)), onFailure: 'fail' } },
    );
  }

  private check(dependency: unknown): Dependency {
    if (typeof dependency === 'string') {
      assertJobId(dependency);
      return dependency;
    }
    const { queue, id } = (dependency ?? {}) as Partial<Record<keyof JobRef, unknown>>;
    if (typeof queue !== 'string') {
      throw new InvalidOptionError([
        { path: 'dependsOn', message: 'must be job handles, references or ids' },
      ]);
    }
    assertJobId(id);
    if (this.directory.storeOf(queue) !== this.store) {
      throw unsupported(
        `let a job depend on one of queue "${queue}", which is on another backend`,
        this.store.name,
      );
    }
    return { queue: this.directory.ownName(queue), id };
  }

  private refuseCycles(dependents: readonly DependentJob[]): void {
    const parents = new Map(
      dependents.map(({ job, dependsOn }) => [job.id, dependsOn.flatMap((one) => this.idHere(one))]),
    );
    const cycle = findCycle(parents);
    if (cycle !== undefined) throw new DependencyCycleError(cycle);
  }

  /** The id of a dependency that could be a job of this call. */
  private idHere(one: Dependency): string[] {
    if (typeof one === 'string') return [one];
    return one.queue === this.queue ? [one.id] : [];
  }

  private async find(ids: readonly string[]): Promise<Map<string, JobRef>> {
    if (ids.length === 0) return new Map();
    const others = queuesByStore(this.directory).get(this.store) ?? [];
    const queues = [this.queue, ...others.filter((name) => name !== this.queue)];
    const refs = ids.flatMap((id) => queues.map((queue) => ({ queue, id })));
    const records = await this.store.queue.get(refs);
    const found = new Map<string, JobRef>();
    refs.forEach((ref, place) => {
      if (records[place] !== undefined && !found.has(ref.id)) found.set(ref.id, ref);
    });
    return found;
  }
}

function distinct(refs: readonly JobRef[]): JobRef[] {
  return [...new Map(refs.map((ref) => [`${ref.queue} ${ref.id}`, ref])).values()];
}
