import type { StandardSchemaV1 } from '@standard-schema/spec';

/**
 * What payloads of a task are checked and transformed with: any Standard Schema (https://standardschema.dev), as zod,
 * valibot, arktype and others make them, synchronous or not.
 */
export type TaskSchema<Input = unknown, Output = Input> = StandardSchemaV1<Input, Output>;

/** What a schema takes: what callers enqueue, and what is stored. */
export type SchemaInput<S extends TaskSchema> = StandardSchemaV1.InferInput<S>;

/** What a schema makes of it: what the handler gets. */
export type SchemaOutput<S extends TaskSchema> = StandardSchemaV1.InferOutput<S>;

/** Only in types: where a handler's parameter keeps what its callers have to enqueue. */
declare const INPUT: unique symbol;

interface Accepts<Input> {
  readonly [INPUT]?: { readonly input: Input };
}

type IsSame<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;

/** Nullish values have no room for a mark, and need none where another member of the union has it. */
type Marked<Output, Input> = Output extends null | undefined ? Output : Output & Accepts<Input>;

/**
 * The parameter of a handler whose schema gives something other than it takes: a default filled in, a text made a `Date`.
 * In the handler it is the schema's output; clients of the task take its input.
 *
 * @example
 * const Reminder = z.object({ at: z.iso.datetime().transform((text) => new Date(text)) });
 *
 * @Task({ schema: Reminder })
 * remind(reminder: TaskPayload<typeof Reminder>): void {
 *   reminder.at.getTime();
 * }
 * // await reminders.remind.delay({ at: '2030-01-01T00:00:00Z' });
 */
export type TaskPayload<S extends TaskSchema> =
  IsSame<SchemaInput<S>, SchemaOutput<S>> extends true
    ? SchemaOutput<S>
    : Marked<SchemaOutput<S>, SchemaInput<S>>;

/** What is to be enqueued for a parameter of type `P`: `P` itself, unless it is a {@link TaskPayload}. */
export type Enqueued<P> = typeof INPUT extends keyof NonNullable<P>
  ? Exclude<NonNullable<P>[typeof INPUT], undefined> extends { readonly input: infer Input }
    ? Input | Extract<P, undefined>
    : never
  : P;
