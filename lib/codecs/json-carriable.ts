import { types } from 'node:util';
import { TaskValidationError } from '../errors/index.js';

/** Levels of nesting that a payload may have: deeper ones are cycles or accidents, and exhaust the stack of whoever reads them. */
export const MAX_DEPTH = 64;

/** Where a walk stands: the objects that it went through, and the key that led on from each. */
class Trail {
  readonly objects: object[] = [];
  readonly keys: (string | number)[] = [];

  path(key?: string | number, length = this.keys.length): string {
    const keys = this.keys.slice(0, length);
    return (key === undefined ? keys : [...keys, key]).join('.');
  }
}

/**
 * Gives the value itself when JSON can carry all of it, or a copy in which every `toJSON()` has been asked already.
 * @throws TaskValidationError with the path of what JSON would drop or change without a word
 */
export function toCarriable(value: unknown): unknown {
  return visit(value, new Trail(), undefined);
}

function visit(value: unknown, trail: Trail, key: string | number | undefined): unknown {
  switch (typeof value) {
    case 'string':
    case 'boolean':
    case 'undefined':
      return value;
    case 'number':
      return Number.isFinite(value) ? value : refuse(String(value), trail, key);
    case 'object':
      return value === null ? value : visitObject(value, trail, key);
    case 'function':
    case 'symbol':
    case 'bigint':
    default:
      return refuse(`a ${typeof value}`, trail, key);
  }
}

function visitObject(value: object, trail: Trail, key: string | number | undefined): unknown {
  const { toJSON } = value as { toJSON?: unknown };
  if (typeof toJSON !== 'function') return visitMembers(value, trail, key);
  if (types.isDate(value)) {
    // `JSON.stringify` would write `null` for an invalid one, and asks a valid one by itself.
    if (Number.isNaN(value.getTime())) return refuse('an invalid Date', trail, key);
    if (toJSON === Date.prototype.toJSON) return value;
  }
  const spoken: unknown = Reflect.apply(toJSON, value, [key === undefined ? '' : String(key)]);
  return typeof spoken === 'object' && spoken !== null
    ? visitMembers(spoken, trail, key)
    : visit(spoken, trail, key);
}

function visitMembers(value: object, trail: Trail, key: string | number | undefined): unknown {
  if (trail.objects.length >= MAX_DEPTH) refuseDepth(value, trail);
  if (Array.isArray(value)) return visitArray(value, trail, key);
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    const opaque = nameOfOpaque(value);
    if (opaque !== undefined) return refuse(opaque, trail, key);
    if (types.isBoxedPrimitive(value)) return visit(value.valueOf(), trail, key);
  }
  return visitProperties(value as Record<string, unknown>, trail, key);
}

function visitArray(items: readonly unknown[], trail: Trail, key: string | number | undefined): unknown {
  enter(items, trail, key);
  let copy: unknown[] | undefined;
  for (let index = 0; index < items.length; index += 1) {
    const item = items[index];
    const carried = visit(item, trail, index);
    if (carried === undefined) return refuse(nothing(items, index), trail, index);
    if (carried !== item) (copy ??= [...items])[index] = carried;
  }
  leave(trail, key);
  return copy ?? items;
}

function visitProperties(
  value: Record<string, unknown>,
  trail: Trail,
  key: string | number | undefined,
): unknown {
  enter(value, trail, key);
  let copy: Record<string, unknown> | undefined;
  for (const name of Object.keys(value)) {
    const property = value[name];
    if (name === '__proto__') return refuse('a key that reads as the prototype', trail, name);
    const carried = visit(property, trail, name);
    if (name === 'constructor' && holdsPrototype(carried)) {
      return refuse('an object with a `prototype`', trail, name);
    }
    if (carried !== property) (copy ??= { ...value })[name] = carried;
  }
  leave(trail, key);
  return copy ?? value;
}

function enter(value: object, trail: Trail, key: string | number | undefined): void {
  trail.objects.push(value);
  if (key !== undefined) trail.keys.push(key);
}

function leave(trail: Trail, key: string | number | undefined): void {
  trail.objects.pop();
  if (key !== undefined) trail.keys.pop();
}

/** What JSON would write as null. */
function nothing(items: readonly unknown[], index: number): string {
  return index in items ? '`undefined` in a list (`null` is carried)' : 'a hole in a list';
}

/** Under the name `constructor` such an object can reach the prototype of whoever merges it: it is never decoded. */
function holdsPrototype(value: unknown): boolean {
  return typeof value === 'object' && value !== null && Object.hasOwn(value, 'prototype');
}

/** What JSON writes as `{}`, or as a table of its bytes. A forgotten `await` is the one seen most. */
function nameOfOpaque(value: object): string | undefined {
  if (types.isPromise(value)) return 'a Promise (is an `await` missing?)';
  if (types.isGeneratorObject(value)) return 'a generator (nothing of it has run)';
  if (types.isMap(value)) return 'a Map';
  if (types.isSet(value)) return 'a Set';
  if (types.isNativeError(value)) return 'an Error';
  if (types.isRegExp(value)) return 'a RegExp';
  if (types.isAnyArrayBuffer(value) || ArrayBuffer.isView(value)) return 'binary data';
  if (types.isWeakMap(value) || types.isWeakSet(value)) return 'a weak collection';
  return undefined;
}

function refuse(what: string, trail: Trail, key: string | number | undefined): never {
  throw uncarried(what, trail.path(key));
}

/** A cycle is noticed by its depth, which costs nothing while there is none; then it is named as what it is. */
function refuseDepth(value: object, trail: Trail): never {
  const { objects } = trail;
  const closes = [...objects, value].findIndex((object, index, all) => all.indexOf(object) < index);
  if (closes !== -1) throw uncarried('a cycle', trail.path(undefined, closes));
  throw uncarried(`a nesting deeper than ${MAX_DEPTH} levels`, trail.path(undefined, 3));
}

/** The error for a part of a value that JSON cannot carry. */
export function uncarried(what: string, path: string, cause?: unknown): TaskValidationError {
  const where = path === '' ? 'The value itself' : `"${path}"`;
  const message = `${where} cannot be carried as JSON: ${what}.`;
  return new TaskValidationError(message, {
    issues: [{ path, message: `cannot be carried as JSON: ${what}` }],
    ...(cause === undefined ? {} : { cause }),
  });
}
