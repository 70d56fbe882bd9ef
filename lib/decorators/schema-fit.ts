import type { PayloadOf, SchemaInput, SchemaOutput, TaskSchema } from '../contract/index.js';
import type { PayloadFit } from './payload-fit.js';

type IsAny<T> = 0 extends 1 & T ? true : false;

type IsUnknown<T> = unknown extends T ? true : false;

type Parameter<M> = M extends (payload: infer P, ...rest: never[]) => unknown ? P : never;

/** What callers enqueue: a method that takes no payload is called with `undefined`. */
type Called<M> = [PayloadOf<M>] extends [void] ? undefined : PayloadOf<M>;

/**
 * `unknown`, which adds nothing, for a method that the schema fits (without one: that gets what it says), or of which the compiler cannot tell; else an object with a
 * property that no descriptor has, whose name is what the compiler then says.
 */
export type SchemaFit<S, M> = [S] extends [undefined]
  ? PayloadFit<M>
  : S extends TaskSchema
    ? IsUnknown<SchemaOutput<S>> extends true
      ? unknown
      : IsAny<Parameter<M>> extends true
        ? {
            readonly 'The parameter is any, so callers could enqueue anything: write it as TaskPayload<typeof schema>': SchemaInput<S>;
          }
        : Fit<S, M>
    : unknown;

type Fit<S extends TaskSchema, M> = [SchemaOutput<S>] extends [Parameter<M>]
  ? [Called<M>] extends [SchemaInput<S>]
    ? unknown
    : {
        readonly 'What callers would enqueue does not fit the input of the schema: write the parameter as TaskPayload<typeof schema>': {
          readonly enqueued: Called<M>;
          readonly input: SchemaInput<S>;
        };
      }
  : {
      readonly 'The output of the schema does not fit the parameter of the method': {
        readonly output: SchemaOutput<S>;
        readonly parameter: Parameter<M>;
      };
    };
