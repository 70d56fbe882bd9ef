import type { SchedulePlan } from '../contract/index.js';
import { DEFAULT_QUEUE, nearestName } from '../config/index.js';
import type { CodecSet } from '../codecs/index.js';
import { InvalidScheduleError, UnsupportedOperationError } from '../errors/index.js';
import type { QueueRegistry, TaskCatalogue } from '../queue/index.js';
import { checkPayload } from '../schemas/index.js';
import { assertAcyclic } from './schedule-graph.js';
import { readPayload } from './stored-payload.js';

export interface RulesParts {
  readonly queues: QueueRegistry;
  readonly catalogue: TaskCatalogue;
  readonly codecs: CodecSet;
}

/** What has to hold of a schedule in this app, beyond what it says itself. */
export class ScheduleRules {
  constructor(private readonly parts: RulesParts) {}

  /**
   * @param others Every other schedule that there is, by name.
   * @throws UnknownQueueError; UnsupportedOperationError where the queue's backend cannot keep the keys of slots; InvalidScheduleError for
   * a `dependsOn` that leads nowhere, or to another backend; ScheduleCycleError; TaskValidationError for a payload that breaks the schema
   */
  async check(name: string, plan: SchedulePlan, others: ReadonlyMap<string, SchedulePlan>): Promise<void> {
    this.assertKeys(name, plan);
    this.assertParents(name, plan, others);
    const schema = this.parts.catalogue.get(plan.task)?.schema;
    if (schema !== undefined)
      await checkPayload(plan.task, schema, readPayload(plan.payload, this.parts.codecs, name));
  }

  /** The same for several at once, which know one another. */
  async checkAll(plans: ReadonlyMap<string, SchedulePlan>): Promise<void> {
    for (const [name, plan] of plans) await this.check(name, plan, plans);
  }

  private assertKeys(name: string, plan: SchedulePlan): void {
    const store = this.parts.queues.storeOf(this.queueOf(plan));
    if (store.queue.capabilities.features.idempotency) return;
    throw new UnsupportedOperationError(
      `keep the keys of slots, so schedule "${name}" could fire twice`,
      store.name,
      'Give the backend a `state`, another backend that keeps its records, or choose a queue elsewhere.',
    );
  }

  private assertParents(name: string, plan: SchedulePlan, others: ReadonlyMap<string, SchedulePlan>): void {
    const all = new Map([...others, [name, plan] as const]);
    for (const parent of plan.dependsOn) {
      const other = all.get(parent);
      if (other === undefined) throw unknownParent(name, parent, [...others.keys()]);
      const { queues } = this.parts;
      if (queues.storeOf(this.queueOf(other)) !== queues.storeOf(this.queueOf(plan))) {
        throw new InvalidScheduleError(
          `Schedule "${name}" depends on "${parent}", whose jobs live on another backend: give both a queue of one.`,
        );
      }
    }
    assertAcyclic(new Map([...all].map(([one, { dependsOn }]) => [one, dependsOn])));
  }

  private queueOf(plan: SchedulePlan): string {
    return plan.queue ?? this.parts.catalogue.get(plan.task)?.queue ?? DEFAULT_QUEUE;
  }
}

function unknownParent(name: string, parent: string, known: readonly string[]): InvalidScheduleError {
  const nearest = nearestName(parent, known);
  const hint = nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
  return new InvalidScheduleError(`Schedule "${name}" depends on "${parent}", which is no schedule.${hint}`);
}
