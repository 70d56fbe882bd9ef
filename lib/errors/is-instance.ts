/**
 * `instanceof` for what users throw or pass: never throws itself. A proxy may have a trap that does, and where a value is
 * looked at after it was thrown nobody would catch that.
 */
export function isInstance<T>(value: unknown, type: abstract new (...args: never[]) => T): value is T {
  try {
    return value instanceof type;
  } catch {
    return false;
  }
}
