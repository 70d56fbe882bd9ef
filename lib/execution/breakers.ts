import type { Clock } from '../contract/index.js';
import { CircuitBreaker } from './circuit-breaker.js';
import type { RunnableTask } from './ports.js';

/** The circuit breaker of each task that has one, made at its first job. */
export class Breakers {
  private readonly breakers = new WeakMap<RunnableTask, CircuitBreaker>();

  constructor(private readonly clock: Clock) {}

  /** @returns undefined for a task without one */
  of(task: RunnableTask): CircuitBreaker | undefined {
    const options = task.options.circuitBreaker;
    if (options === undefined) return undefined;
    let breaker = this.breakers.get(task);
    if (breaker === undefined) this.breakers.set(task, (breaker = new CircuitBreaker(options, this.clock)));
    return breaker;
  }
}
