import { type DynamicModule, type FactoryProvider, Module, type OnApplicationShutdown } from '@nestjs/common';
import { assertKnownKeys, type ResolvedOptions } from '../config/index.js';
import { TaskContextCarriers } from '../context/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { TaskEvents, type WorkProbes } from '../events/index.js';
import { PipelineCache } from '../execution/index.js';
import { RESOLVED_OPTIONS } from '../module/index.js';
import { QueueSide } from '../queue/index.js';
import { ProcessSpans, ReceiveSpans } from './consumer-spans.js';
import { loadOtelApi } from './otel-api.js';
import { ParentLinks } from './parent-links.js';
import { ProducerSpans } from './producer-spans.js';

/** What `TasksTracingModule.forRoot()` takes. */
export interface TasksTracingOptions {
  /**
   * `child`: a run belongs to the trace of whoever enqueued its job. `link`: it has a trace of its own, with a link there, for jobs that run much later,
   * or in great numbers. Default `child`.
   */
  readonly relation?: 'child' | 'link' | undefined;
  /** Whether each claim that brings jobs has a span, with a link to where each comes from. Default false. */
  readonly receive?: boolean | undefined;
}

/**
 * Traces of jobs by OpenTelemetry, through `@opentelemetry/api`: an optional package, which only this module loads. Imported beside
 * `TasksModule.forRoot()`; the SDK is started before Nest, as its guides say.
 *
 * @example
 * @Module({ imports: [TasksModule.forRoot(), TasksTracingModule.forRoot()] })
 * export class AppModule {}
 */
@Module({})
export class TasksTracingModule {
  /** @throws InvalidOptionError at once, MissingPeerError while the app boots */
  static forRoot(options: TasksTracingOptions = {}): DynamicModule {
    assertKnownKeys(options, ['relation', 'receive'], 'tracing');
    const { relation = 'child', receive = false } = options;
    if (relation !== 'child' && relation !== 'link') {
      throw new InvalidOptionError([{ path: 'tracing.relation', message: "must be 'child' or 'link'" }]);
    }
    return { module: TasksTracingModule, providers: [tracing(relation, receive)] };
  }
}

/** Takes itself away with the app. */
class TaskTracing implements OnApplicationShutdown {
  constructor(private readonly stop: () => void) {}

  onApplicationShutdown(): void {
    this.stop();
  }
}

const tracing = (relation: 'child' | 'link', receive: boolean): FactoryProvider<TaskTracing> => ({
  provide: TaskTracing,
  inject: [TaskEvents, PipelineCache, TaskContextCarriers, QueueSide, RESOLVED_OPTIONS],
  useFactory: async (
    { probes }: TaskEvents,
    pipelines: PipelineCache,
    carriers: TaskContextCarriers,
    { queues }: QueueSide,
    { clock }: ResolvedOptions,
  ) => {
    const api = await loadOtelApi();
    const tracer = api.trace.getTracer('nestjs-tasks');
    const producer = new ProducerSpans(api, tracer);
    probes.tracer = producer;
    carriers.leaveRunsOfTrace(producer.capture);
    const backendOf = (queue: string) => (queues.has(queue) ? queues.get(queue).backend : undefined);
    const parents = new ParentLinks(api, { backendOf, clock });
    pipelines.surround(new ProcessSpans(api, tracer, relation, parents));
    const stopReceiving = receive ? probes.add(new ReceiveSpans(api, tracer)) : undefined;
    return new TaskTracing(() => stopWatching(probes, stopReceiving));
  },
});

function stopWatching(probes: WorkProbes, stopReceiving: (() => void) | undefined): void {
  probes.tracer = undefined;
  stopReceiving?.();
}
