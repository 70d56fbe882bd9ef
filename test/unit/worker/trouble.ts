type Method = (...args: never[]) => unknown;
type Call<M> = M extends (...args: infer A) => infer R ? (call: () => R, ...args: A) => R : never;

/**
 * Stands before a backend and does to single calls of it what networks do: rejects them, delays them, loses their
 * replies. Calls are noted by their names.
 */
export class Trouble<T extends object> {
  readonly calls: string[] = [];
  readonly target: T;
  private readonly once = new Map<PropertyKey, Method[]>();
  private readonly always = new Map<PropertyKey, Method>();
  private values: Partial<T> = {};

  constructor(private readonly real: T) {
    this.target = new Proxy(real, { get: (_, name) => this.wrapped(name) });
  }

  /** Does this to the next call of a method that nothing else is planned for. */
  next<K extends keyof T>(name: K, what: Call<T[K]>): void {
    this.once.set(name, [...(this.once.get(name) ?? []), what]);
  }

  /** Does this to every call of a method from now on; undefined: nothing. */
  each<K extends keyof T>(name: K, what: Call<T[K]> | undefined): void {
    if (what === undefined) this.always.delete(name);
    else this.always.set(name, what);
  }

  /** Says something else of itself. */
  claimToBe(values: Partial<T>): void {
    this.values = values;
  }

  count(name: keyof T): number {
    return this.calls.filter((call) => call === name).length;
  }

  private wrapped(name: PropertyKey): unknown {
    const value = Reflect.get(name in this.values ? this.values : this.real, name) as unknown;
    if (typeof value !== 'function') return value;
    return (...args: unknown[]) => {
      this.calls.push(String(name));
      const call = () => Reflect.apply(value, this.real, args) as unknown;
      const what = (this.once.get(name)?.shift() ?? this.always.get(name)) as
        ((call: () => unknown, ...args: unknown[]) => unknown) | undefined;
      return what === undefined ? call() : what(call, ...args);
    };
  }
}
