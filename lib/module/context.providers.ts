import type { FactoryProvider } from '@nestjs/common';
import type { ResolvedOptions } from '../config/index.js';
import { registeredOpenTelemetry, TaskContextCarriers, TraceCarrier } from '../context/index.js';
import type { TaskContextCarrier } from '../contract/index.js';
import { TaskRegistrationError } from '../errors/index.js';
import { TasksInstanceMaker } from './instance-maker.js';
import { RESOLVED_OPTIONS } from './tokens.js';

/** Gives the app's carriers to those who use them, once all of the app's providers are there. */
export class TasksContextSource {
  constructor(
    private readonly carriers: TaskContextCarriers,
    private readonly maker: TasksInstanceMaker,
  ) {}

  /** @throws TaskRegistrationError naming the class */
  async prepare(given: ResolvedOptions['context']['carriers']): Promise<void> {
    if (given.length === 0) return;
    const root = this.maker.root();
    const made: TaskContextCarrier[] = [];
    for (const carrier of given) {
      made.push(
        typeof carrier === 'function'
          ? await this.maker.make<TaskContextCarrier, TaskContextCarrier>(
              'Carrier',
              carrier,
              root,
              assertCarrier,
            )
          : carrier,
      );
    }
    this.carriers.use(made);
  }
}

function assertCarrier(instance: TaskContextCarrier): TaskContextCarrier {
  if (typeof instance.capture === 'function' && typeof instance.run === 'function') return instance;
  throw new TaskRegistrationError('it has no methods capture() and run().');
}

/** What travels of the caller's context. An API that is registered after the boot is not seen: nobody shall pay for asking. */
export const contextProviders: readonly FactoryProvider[] = [
  {
    provide: TaskContextCarriers,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ context }: ResolvedOptions) => {
      const traces = context.trace && registeredOpenTelemetry() !== undefined;
      return new TaskContextCarriers(traces ? new TraceCarrier() : undefined);
    },
  },
  {
    provide: TasksContextSource,
    inject: [TaskContextCarriers, TasksInstanceMaker],
    useFactory: (carriers: TaskContextCarriers, maker: TasksInstanceMaker) =>
      new TasksContextSource(carriers, maker),
  },
];
