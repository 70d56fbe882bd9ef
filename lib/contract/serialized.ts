type Primitive = string | number | boolean | null | undefined | void;

/**
 * What the app's own `codec` carries as it is, beside what JSON can write. To be declared once, beside the codec; the compiler
 * then lets such values into payloads and results, and callers get them as they are.
 *
 * @example
 * declare module 'nestjs-tasks' {
 *   interface CodecTypes {
 *     carried: Date | bigint | Map<unknown, unknown> | Set<unknown>;
 *   }
 * }
 */
export interface CodecTypes {}

/** What arrives as it is. */
type AsItIs = CodecTypes extends { carried: infer C } ? Primitive | C : Primitive;

/** What JSON has no way to write: refused at compile time, and at enqueue with a `TaskValidationError`. */
export type Uncarried = Exclude<bigint | symbol | ((...args: never[]) => unknown), AsItIs>;

/**
 * What becomes of `T` on its way through the codec. With JSON a `Date` arrives as a string, a `Map` as `{}`, methods are
 * gone, and a value with `toJSON()` arrives as what that returns; what {@link CodecTypes} names arrives as it is.
 *
 * @example
 * type Receipt = { sentAt: Date; to: string };
 * type Stored = Serialized<Receipt>; // { sentAt: string; to: string }
 */
export type Serialized<T> = unknown extends T
  ? T
  : T extends AsItIs
    ? T
    : T extends { toJSON(): infer J }
      ? Serialized<J>
      : T extends Uncarried
        ? never
        : T extends ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
          ? Record<string, never>
          : T extends readonly unknown[]
            ? { [I in keyof T]: Serialized<T[I]> }
            : T extends object
              ? { [K in keyof T as T[K] extends Uncarried ? never : Exclude<K, symbol>]: Serialized<T[K]> }
              : never;

/**
 * `true` for errors. By the keys that only they have: what has a `name` and a `message`, or is the record of an error,
 * may be a payload.
 */
type IsError<T> = T extends Error ? ('stack' | 'cause' extends keyof T ? true : false) : false;

/**
 * `T` with `never` in the place of every part that the codec cannot carry. Object types all the way down, lists too: the
 * compiler unfolds them only as far as it must, so a type may contain itself.
 */
type CarriedParts<T> = unknown extends T
  ? T
  : T extends AsItIs
    ? T
    : T extends Uncarried | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? never
      : T extends { toJSON(): unknown }
        ? T
        : IsError<T> extends true
          ? never
          : T extends readonly (infer E)[]
            ? { readonly [index: number]: CarriedParts<E> }
            : { [K in keyof T]: CarriedParts<T[K]> };

/** `true` when no part of `T` is lost to the codec without a trace. */
export type IsCarried<T> = [T] extends [CarriedParts<T>] ? true : false;

/** `T` itself, or `never` when the codec cannot carry it: then no value fits and the call does not compile. */
export type Carried<T> = IsCarried<T> extends true ? T : never;

type Methods = (...args: never[]) => unknown;

/** What is never a result, however it is looked at: its members say nothing of what it holds. */
type Opaque =
  | Promise<unknown>
  | RegExp
  | ArrayBuffer
  | ArrayBufferView
  | WeakMap<never, unknown>
  | WeakSet<never>
  | Generator<unknown, unknown, never>
  | AsyncGenerator<unknown, unknown, never>;

/**
 * As `CarriedParts`, for what a method returns: methods are left out, since an instance of a class travels as its own
 * fields, and callers get them as `Serialized` says. Only what the codec refuses whenever it is there is `never`.
 */
type ReturnedParts<T> = unknown extends T
  ? T
  : T extends AsItIs
    ? T
    : T extends Uncarried | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown>
      ? never
      : T extends { toJSON(): unknown }
        ? T
        : T extends Opaque
          ? never
          : IsError<T> extends true
            ? never
            : T extends readonly (infer E)[]
              ? { readonly [index: number]: ReturnedParts<E> }
              : {
                  [
                    K in keyof T as NonNullable<T[K]> extends Methods ? never : Exclude<K, symbol>
                  ]: ReturnedParts<T[K]>;
                };

/** `true` when the codec takes `T` as a result: what a `@Task` method resolves to. */
export type IsReturnable<T> = [T] extends [ReturnedParts<T>] ? true : false;

/**
 * As `CarriedParts`, for what a handler says that it gets: `never` in the place of every part that arrives as something else, such as a `Date`.
 * A method that may be missing will be, and keys that are symbols are marks of the compiler's alone.
 */
type ArrivingParts<T> = unknown extends T
  ? T
  : T extends AsItIs
    ? T
    : T extends
          Uncarried | ReadonlyMap<unknown, unknown> | ReadonlySet<unknown> | { toJSON(): unknown } | Opaque
      ? never
      : T extends readonly (infer E)[]
        ? { readonly [index: number]: ArrivingParts<E> }
        : { [K in keyof T as Arriving<T, K>]: ArrivingParts<T[K]> };

type Arriving<T, K extends keyof T> = undefined extends T[K]
  ? NonNullable<T[K]> extends Methods
    ? never
    : Exclude<K, symbol>
  : Exclude<K, symbol>;

/** `true` when a payload of type `T` is of that type when it arrives. */
export type IsArriving<T> = [T] extends [ArrivingParts<T>] ? true : false;
