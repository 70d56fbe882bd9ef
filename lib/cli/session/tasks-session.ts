import type { INestApplicationContext } from '@nestjs/common';
import { BackendSet } from '../../backends/index.js';
import { nearestName, type ResolvedOptions } from '../../config/index.js';
import type { QueueBackend } from '../../contract/index.js';
import { UnknownQueueError, UnsupportedOperationError } from '../../errors/index.js';
import { DeadLetterQueue, QueueRegistry, QueueSide, TaskManager, type TaskQueue } from '../../queue/index.js';
import { RESOLVED_OPTIONS } from '../../module/index.js';

const ALTERNATIVE =
  'Use Redis or PostgreSQL for what is looked at from outside, and for RabbitMQ name what keeps its jobs: `--ledger redis://host:6379`. `worker start` and `doctor` work with memory, too.';

/** The tasks of an app, or of an address, as commands use them. */
export class TasksSession {
  readonly manager: TaskManager;
  readonly deadLetters: DeadLetterQueue;
  private readonly registry: QueueRegistry;

  constructor(
    readonly app: INestApplicationContext,
    /** Whether the app's own code is loaded: its tasks, schemas and codecs are known then. */
    readonly knowsTasks: boolean,
    private readonly names: readonly string[],
  ) {
    this.manager = app.get(TaskManager);
    this.deadLetters = app.get(DeadLetterQueue);
    this.registry = app.get(QueueRegistry);
  }

  get options(): ResolvedOptions {
    return this.app.get<ResolvedOptions>(RESOLVED_OPTIONS);
  }

  get side(): QueueSide {
    return this.app.get(QueueSide);
  }

  /**
   * Queues whose jobs can be seen from here, all or those that are named.
   * @throws UnknownQueueError; UnsupportedOperationError for a queue that lives in the memory of another process, or when all do
   */
  queues(wanted: readonly string[] = []): TaskQueue[] {
    if (wanted.length > 0) return [...new Set(wanted.map((name) => this.queue(name)))];
    const all = this.names.map((name) => this.registry.get(name));
    const visible = all.filter(isVisible);
    if (visible.length === 0 && all[0] !== undefined) throw hidden(all[0]);
    return visible;
  }

  /** Those that `queues()` leaves out. */
  hiddenQueues(): TaskQueue[] {
    return this.names.map((name) => this.registry.get(name)).filter((queue) => !isVisible(queue));
  }

  queue(name: string): TaskQueue {
    const own = this.registry.has(name) ? this.registry.ownName(name) : name;
    if (!this.names.includes(own))
      throw new UnknownQueueError(name, this.names, nearestName(name, this.names));
    const queue = this.registry.get(own);
    if (!isVisible(queue)) throw hidden(queue);
    return queue;
  }

  /** @throws UnsupportedOperationError where the state of the primary backend is in the memory of another process */
  assertSharedState(): void {
    const { name } = this.options.backends.find(({ primary }) => primary) ?? { name: 'memory' };
    if (isShared(this.app.get(BackendSet).primary.queue)) return;
    throw new UnsupportedOperationError(
      'show its schedules to another process: they are in the memory of the process that fires them',
      name,
      ALTERNATIVE,
    );
  }

  async close(): Promise<void> {
    await this.app.close();
  }
}

/** Whether another process can look at it: not where the jobs, or their records, live in the process that runs them. */
const isVisible = ({ backend }: TaskQueue): boolean => isShared(backend);

function isShared({ capabilities: { records, scope, durability } }: QueueBackend): boolean {
  // A folder has what its process had. A broker without a shared ledger has the jobs, and no process knows what another counts.
  return records === 'fleet' || (scope === 'process' && durability !== 'none');
}

function hidden({ name, backendName }: TaskQueue): UnsupportedOperationError {
  return new UnsupportedOperationError(
    `show queue "${name}" to another process: it is in the memory of the process that runs it`,
    backendName,
    ALTERNATIVE,
  );
}

/** What an address holds becomes known by looking: its queues are declared here as they are found, and nobody is told. */
export async function discoverQueues(app: INestApplicationContext): Promise<string[]> {
  const registry = app.get(QueueRegistry);
  const { backends } = app.get<ResolvedOptions>(RESOLVED_OPTIONS);
  const movers = new Set(backends.flatMap(({ name, state }) => (state === undefined ? [] : name)));
  const found: string[] = [];
  // What keeps the jobs of another backend knows its queues, too: they are that one's.
  const inOrder = app
    .get(BackendSet)
    .entries()
    .toSorted(([a], [b]) => Number(movers.has(b)) - Number(movers.has(a)));
  for (const [name, backend] of inOrder) {
    const held = (await backend.queueNames?.()) ?? registry.names();
    for (const queue of held) {
      if (!registry.has(queue))
        registry.declare({ name: queue, backend: name, brokerName: queue, middleware: [] });
      found.push(registry.ownName(queue));
    }
  }
  return [...new Set(found)];
}
