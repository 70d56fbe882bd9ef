import { setTimeout as sleep } from 'node:timers/promises';
import { MemoryQueueBackend } from '../../lib/backends/memory/memory-queue-backend.js';
import { MemoryStateBackend } from '../../lib/backends/memory/memory-state-backend.js';
import { keptState } from '../../lib/backends/rabbitmq/kept-state.js';
import { RabbitMqQueueBackend } from '../../lib/backends/rabbitmq/rabbitmq-queue-backend.js';
import { resolveRabbitMqOptions } from '../../lib/backends/rabbitmq/resolve-rabbitmq-options.js';
import { DELAY_STEPS } from '../../lib/backends/rabbitmq/topology.js';
import { type QueueDefinition, systemClock, type TaskBackend } from '../../lib/contract/index.js';
import type { BackendHarness, BackendUnderTest } from '../../lib/testing/index.js';
import { dropFromBroker, sharedRabbitMq, uniqueRabbitMqPrefix } from '../servers/shared-rabbitmq.js';

/** What a message takes from the broker to the consumer, and back. */
const PUSH_ARRIVES = 30;
/** What it may take on a machine that is busy with other suites, from queue to queue where the broker keeps delays. */
const ARRIVES_WITHIN = 5_000;

/** Queues of a prefix, which have to be deleted one by one. */
export class DeclaredQueues {
  readonly names = new Set<string>();

  note(queues: readonly QueueDefinition[]): void {
    for (const { name } of queues) this.names.add(name);
  }
}

class NotingBackend extends RabbitMqQueueBackend {
  constructor(
    options: ConstructorParameters<typeof RabbitMqQueueBackend>[0],
    private readonly declared: DeclaredQueues,
  ) {
    super(options);
  }

  override declare(queues: readonly QueueDefinition[]): void {
    this.declared.note(queues);
    super.declare(queues);
  }
}

async function dropPrefix(url: string, prefix: string, { names }: DeclaredQueues): Promise<void> {
  const steps = Array.from({ length: DELAY_STEPS }, (_, step) => `${prefix}:delay.${step}`);
  const queues = [...names].flatMap((name) => [`${prefix}.${name}`, `${prefix}.${name}:dead`]);
  const exchanges = [...steps, ...['work', 'dead', 'due'].map((name) => `${prefix}:${name}`)];
  await dropFromBroker(url, [...queues, ...steps], exchanges);
}

async function stage(options: Readonly<Record<string, unknown>> = {}) {
  const { url } = await sharedRabbitMq();
  const prefix = uniqueRabbitMqPrefix();
  const settings = resolveRabbitMqOptions({ name: 'rabbitmq', url, options: { prefix, ...options } });
  const declared = new DeclaredQueues();
  const make = (ledger: TaskBackend['queue']) =>
    new NotingBackend({ settings, ledger, clock: systemClock, warn: () => undefined }, declared);
  return { make, dispose: () => dropPrefix(url, prefix, declared) };
}

/** RabbitMQ alone: each client has a ledger in its own memory. */
export const looseHarness: BackendHarness = {
  name: 'rabbitmq with a ledger in memory',
  scope: 'fleet',
  realTime: true,
  unsupported: [
    'atomicEnqueue',
    'transactions',
    'idempotency',
    'uniqueness',
    'dependencies',
    'signals',
    'keyLimits',
    'fairness',
    'claimById',
    'ledger',
    'cancel',
    'pause',
  ],
  create: async () => {
    const { make, dispose } = await stage();
    const connect = () => {
      const queue = make(new MemoryQueueBackend());
      return { queue, state: new MemoryStateBackend() };
    };
    const backend = connect();
    return {
      backend,
      arrivesWithin: ARRIVES_WITHIN,
      connect: async () => connect(),
      handles: () => backend.queue.handles,
      dispose,
    };
  },
};

/** RabbitMQ over the ledger of another harness: its clock is the ledger's. */
export const rabbitMqOver = (
  name: string,
  keeper: BackendHarness,
  options: Readonly<Record<string, unknown>> = {},
): BackendHarness => ({
  name: `rabbitmq with a ledger on ${name}`,
  scope: 'fleet',
  unsupported: [...new Set([...(keeper.unsupported ?? []), 'fairness', 'ledger', 'transactions'] as const)],
  create: async () => {
    const { make, dispose } = await stage(options);
    const kept = await keeper.create();
    const join = (under: TaskBackend) => openTogether(under, make(under.queue));
    const { advance, connect } = kept;
    const backend = join(kept.backend);
    const bench: BackendUnderTest = {
      backend,
      arrivesWithin: ARRIVES_WITHIN,
      handles: () => backend.handles() + (kept.handles?.() ?? 0),
      ...(advance && {
        advance: async (ms: number) => {
          await advance(ms);
          await sleep(Math.min(ms, PUSH_ARRIVES));
        },
      }),
      ...(connect && { connect: async () => join(await connect()) }),
      dispose: async () => {
        await dispose();
        await kept.dispose?.();
      },
    };
    return bench;
  },
});

/** An app opens the ledger before and closes it after: here both are one. */
function openTogether(under: TaskBackend, queue: RabbitMqQueueBackend) {
  const open = queue.open.bind(queue);
  const close = queue.close.bind(queue);
  queue.open = async () => {
    await under.queue.open();
    await open();
  };
  queue.close = async () => {
    await close();
    await under.queue.close();
  };
  const state = Object.assign(keptState(under.state), {
    open: () => under.state.open(),
    close: () => under.state.close(),
  });
  return { queue, state, handles: () => queue.handles };
}
