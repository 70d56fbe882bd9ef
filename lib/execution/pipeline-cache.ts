import type { TaskExecutionContext, TaskMiddleware } from '../contract/index.js';
import { compose, type MiddlewareSource, type Step } from '../middleware/index.js';
import type { RunnableTask } from './ports.js';
import { SchemaStep } from './schema-step.js';

/**
 * The composed pipeline of each task on each queue, made at its first job. Keyed weakly by the handler, so that one which
 * is unregistered takes its pipelines with it.
 */
export class PipelineCache {
  private pipelines = new WeakMap<RunnableTask, Map<string, Step>>();
  private readonly outermost: TaskMiddleware[] = [];

  constructor(
    private readonly builtIn: readonly TaskMiddleware[],
    private readonly source: MiddlewareSource,
  ) {}

  /** Puts a middleware around all others, of runs that begin from now on. */
  surround(middleware: TaskMiddleware): void {
    this.outermost.unshift(middleware);
    this.pipelines = new WeakMap();
  }

  get(task: RunnableTask, queue: string): Step {
    let byQueue = this.pipelines.get(task);
    if (byQueue === undefined) this.pipelines.set(task, (byQueue = new Map()));
    let pipeline = byQueue.get(queue);
    if (pipeline === undefined) byQueue.set(queue, (pipeline = this.compose(task, queue)));
    return pipeline;
  }

  private compose(task: RunnableTask, queue: string): Step {
    const { schema } = task.options;
    const chain = [
      ...this.outermost,
      ...this.builtIn,
      ...(schema === undefined ? [] : [new SchemaStep(task.name, schema)]),
      ...this.source.global(),
      ...this.source.forQueue(queue),
      ...task.middleware.map((type) => this.source.resolve(type)),
    ];
    return compose(chain, (ctx: TaskExecutionContext) => task.invoke(ctx.payload, ctx));
  }
}
