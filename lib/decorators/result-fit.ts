import type { IsReturnable, Settled } from '../contract/index.js';

type Resolved<M> = M extends (...args: never[]) => infer R ? Settled<R> : never;

/**
 * `unknown`, which adds nothing, for a method whose result the codec can carry, or of which the compiler cannot tell; else an
 * object with a property that no descriptor has, whose name is what the compiler then says. A job that ends with such a result
 * is a dead letter, although its work is done: better to hear of it here.
 */
export type ResultFit<M> =
  IsReturnable<Resolved<M>> extends true
    ? unknown
    : {
        readonly 'What the method returns cannot be carried as JSON: return plain data, nothing, or declare the result as unknown': Resolved<M>;
      };
