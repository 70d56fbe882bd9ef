type Primitive = string | number | boolean | null | undefined | void;

/** What JSON has no way to write: refused at compile time, and at enqueue with a `TaskValidationError`. */
export type Uncarried = bigint | symbol | ((...args: never[]) => unknown);

/**
 * What becomes of `T` on its way through the codec (JSON): a `Date` arrives as a string, a `Map` as `{}`, methods are
 * gone, and a value with `toJSON()` arrives as what that returns.
 *
 * @example
 * type Receipt = { sentAt: Date; to: string };
 * type Stored = Serialized<Receipt>; // { sentAt: string; to: string }
 */
export type Serialized<T> = unknown extends T
  ? T
  : T extends Primitive
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
  : T extends Primitive
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
