import type { Enqueued, IsArriving, Serialized, TaskContext } from '../contract/index.js';

/** The context, where a method takes nothing else, is no payload. */
type PayloadParameter<M> = M extends (...args: infer A) => unknown
  ? A extends readonly []
    ? unknown
    : [A[0]] extends [TaskContext]
      ? unknown
      : A[0]
  : unknown;

/**
 * `unknown`, which adds nothing, for a method whose payload arrives as its parameter says, or of which the compiler cannot tell; else an
 * object with a property that no descriptor has, whose name is what the compiler then says.
 */
export type PayloadFit<M> = Fit<PayloadParameter<M>>;

type Fit<P> = unknown extends P
  ? unknown
  : [P] extends [null | undefined | void]
    ? unknown
    : Arrives<P> extends true
      ? unknown
      : {
          readonly 'The parameter is not what arrives, for a payload travels as JSON (a Date as a text): declare what arrives, or give the task a schema': P;
        };

/** A `TaskPayload` is what a schema makes of something else, and there is none. */
type Arrives<P> = [Enqueued<P>] extends [P] ? (IsArriving<P> extends true ? true : IsCovered<P>) : false;

/** What arrives may be one of several things that the parameter allows: `string | Date`. */
type IsCovered<P> = [Serialized<P>] extends [P] ? true : false;
