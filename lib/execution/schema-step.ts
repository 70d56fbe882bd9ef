import type { TaskSchema } from '../contract/index.js';
import { PayloadMismatchError } from '../errors/index.js';
import { DirectMiddleware, type InterruptibleContext, type Step, type StepEnd } from '../middleware/index.js';
import { applySchema, issuesOf, type SchemaResult } from '../schemas/index.js';

/** A context whose payload can be replaced by what a schema makes of it; the executor's are. */
type PayloadContext = InterruptibleContext & { payload: unknown };

/**
 * Puts what the task's schema makes of a payload in the payload's place, once a run. Inside the built-in middleware, so that
 * its time counts against the timeout, and around the app's own, which sees what the handler sees.
 *
 * A payload that does not fit ends the run with `PayloadMismatchError`; what the schema throws ends it like anything that a
 * handler throws.
 */
export class SchemaStep extends DirectMiddleware {
  constructor(
    private readonly task: string,
    private readonly schema: TaskSchema,
  ) {
    super();
  }

  step(ctx: PayloadContext, next: Step, end: StepEnd): void {
    let entered: void | Promise<void>;
    try {
      entered = applySchema(this.schema, ctx.payload, (result) => this.enter(result, ctx, next, end));
    } catch (error) {
      end.failed(error);
      return;
    }
    if (entered instanceof Promise) entered.catch((error: unknown) => end.failed(error));
  }

  private enter(result: SchemaResult, ctx: PayloadContext, next: Step, end: StepEnd): void {
    if (result.issues) {
      throw new PayloadMismatchError(this.task, issuesOf(result.issues, ctx.payload));
    }
    // The run may have ended while the schema was at work: its handler is not to begin any more.
    if (ctx.interruption !== undefined) throw ctx.interruption;
    ctx.payload = result.value;
    next(ctx, end);
  }
}
