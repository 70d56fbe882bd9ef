import type { Type, ValidationPipeOptions } from '@nestjs/common';
import type { Serialized, TaskSchema } from '../contract/index.js';
import { InvalidOptionError } from '../errors/index.js';
import { DtoMisfit, DtoPipe, type DtoFlaw } from './dto-pipe.js';

/**
 * Options of Nest's `ValidationPipe` that mean something for a payload: `whitelist`, `forbidNonWhitelisted`, `groups`,
 * `transformOptions` and the like. The options object of an app's own pipe will do: what is about HTTP has no effect.
 */
export type DtoSchemaOptions = Omit<
  ValidationPipeOptions,
  | 'transform'
  | 'disableErrorMessages'
  | 'errorHttpStatusCode'
  | 'errorFormat'
  | 'exceptionFactory'
  | 'expectedType'
  | 'maxErrorMessagesLength'
  | 'validateCustomDecorators'
  | 'validationError'
>;

interface Flaw {
  readonly path: readonly string[];
  readonly message: string;
}

/** Nest's pipe lets whatever comes pass where these are asked for. */
const UNCHECKED: ReadonlySet<unknown> = new Set([String, Boolean, Number, Array, Object, Buffer, Date]);

/**
 * A schema of a class with the decorators of class-validator and class-transformer, applied by Nest's own `ValidationPipe`:
 * the payload is checked by the rules of the class, and the handler gets an instance of it. Both packages must be installed.
 *
 * Clients take the plain shape of the class: what the codec makes of it, so a `Date` is a text. Where that differs from the
 * class, the handler's parameter is a `TaskPayload`. Where decorators take something else (`@Transform()`, fields with
 * defaults), say it: `dtoSchema<Reminder, { at: number }>(Reminder)`. A payload that is no object is refused.
 *
 * @param dto The class. Class-transformer makes its instances by `new` without arguments.
 * @param options Of Nest's `ValidationPipe`, with its defaults; `transform` is always on.
 * @throws MissingPeerError with the line that installs what is missing; InvalidOptionError when `dto` is no class of the app
 *
 * @example
 * class SendEmail {
 *   @IsEmail() to!: string;
 *   @IsInt() @Min(1) copies!: number;
 * }
 *
 * @Task({ schema: dtoSchema(SendEmail, { whitelist: true }) })
 * async send(email: SendEmail): Promise<void> {}
 */
export function dtoSchema<T extends object, Input = Serialized<T>>(
  dto: Type<T>,
  options: DtoSchemaOptions = {},
): TaskSchema<Input, T> {
  if (typeof dto !== 'function' || UNCHECKED.has(dto)) {
    throw new InvalidOptionError([{ path: 'dto', message: 'must be a class with rules of class-validator' }]);
  }
  const pipe = new DtoPipe(dto, options);
  return {
    '~standard': { version: 1, vendor: 'class-validator', validate: (payload) => applied(pipe, payload) },
  };
}

async function applied<T>(
  pipe: DtoPipe<T>,
  payload: unknown,
): Promise<{ value: T } | { issues: readonly Flaw[] }> {
  // The pipe would make an object of nothing, and let a list pass where the class has no rules.
  if (typeof payload !== 'object' || payload === null || Array.isArray(payload)) {
    return { issues: [{ path: [], message: 'must be an object' }] };
  }
  try {
    return { value: await pipe.apply(payload) };
  } catch (error) {
    if (error instanceof DtoMisfit) return { issues: [...flawsOf(error.flaws, [])] };
    throw error;
  }
}

/** Depth first, as class-validator nests them. */
function* flawsOf(flaws: readonly DtoFlaw[], above: readonly string[]): Generator<Flaw> {
  for (const { property, constraints = {}, children = [] } of flaws) {
    const path = [...above, property];
    for (const message of Object.values(constraints)) yield { path, message };
    yield* flawsOf(children, path);
  }
}
