import type { TaskContextCarrier } from '../contract/index.js';
import { TaskContextError, toErrorRecord } from '../errors/index.js';
import { isPlainObject } from './plain-object.js';
import { SingleEntry } from './single-entry.js';

type Headers = Readonly<Record<string, string>>;

/**
 * What the app's async context is carried by, from a call to the run of its job. Injected where jobs are taken by hand; enqueueing
 * and workers use it by themselves.
 *
 * @example
 * const job = await queue.dequeue();
 * await carriers.run(job.headers, () => this.work(job.payload));
 */
export class TaskContextCarriers {
  private carriers: readonly TaskContextCarrier[];

  /** @param trace What carries the trace context; it comes before the app's own. */
  constructor(private trace?: TaskContextCarrier) {
    this.carriers = trace === undefined ? [] : [trace];
  }

  /** Whether there is nothing to carry: then no call and no run pays for it. */
  get isEmpty(): boolean {
    return this.carriers.length === 0;
  }

  /**
   * Somebody else makes the trace context of each run, from the headers that still travel. @internal
   * @param around What is to stand around each capture of the trace.
   */
  leaveRunsOfTrace(around: (capture: () => Headers | undefined) => Headers | undefined): void {
    const { trace } = this;
    if (trace === undefined) return;
    const capture = () => trace.capture() as Headers | undefined;
    const capturing: TaskContextCarrier = { capture: () => around(capture), run: (_headers, body) => body() };
    this.carriers = this.carriers.map((carrier) => (carrier === trace ? capturing : carrier));
    this.trace = capturing;
  }

  /** The app's own carriers, made at boot. @internal */
  use(carriers: readonly TaskContextCarrier[]): void {
    this.carriers = this.trace === undefined ? carriers : [this.trace, ...carriers];
  }

  /**
   * What is to be carried from here, as headers; where two carriers give one name, the later one's value.
   * @returns undefined when there is nothing
   * @throws TaskContextError when a carrier throws, or gives anything but texts by name
   */
  capture(): Headers | undefined {
    let captured: Record<string, string> | undefined;
    for (const carrier of this.carriers) {
      captured = gather(carrier, captured);
    }
    return captured;
  }

  /**
   * Calls `body` in the context that the headers tell of, the first carrier outermost.
   * @returns what `body` returns
   * @throws what `body` or a carrier throws; TaskContextError for a carrier that did not call what it was given, or called it twice
   */
  run<T>(headers: Headers, body: () => T): T {
    return this.enter(0, headers, body);
  }

  private enter<T>(place: number, headers: Headers, body: () => T): T {
    const carrier = this.carriers[place];
    if (carrier === undefined) return body();
    const entry = new SingleEntry(nameOf(carrier), () => this.enter(place + 1, headers, body));
    return entry.through((enter) => carrier.run(headers, enter));
  }
}

/** Adds what a carrier gives to what those before it gave. */
function gather(carrier: TaskContextCarrier, earlier: Record<string, string> | undefined) {
  let captured = earlier;
  try {
    const values = carrier.capture();
    if (values === undefined || values === null) return captured;
    if (!isPlainObject(values)) throw notPlain();
    for (const name of Object.keys(values)) {
      const value = values[name];
      if (value === undefined) continue;
      if (typeof value !== 'string' || name === '__proto__') throw notText(name, value);
      captured ??= {};
      captured[name] = value;
    }
  } catch (cause) {
    throw new TaskContextError(
      `${nameOf(carrier)} could not capture the context of the call: ${toErrorRecord(cause).message}`,
      { cause },
    );
  }
  return captured;
}

const notPlain = (): Error => new TypeError('capture() must give a plain object of texts, at once.');

const notText = (name: string, value: unknown): Error =>
  new TypeError(`${JSON.stringify(name.slice(0, 80))} is of type ${typeof value}; only texts travel.`);

const nameOf = (carrier: TaskContextCarrier): string => carrier.constructor.name || 'A carrier';
