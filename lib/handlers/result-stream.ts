import { isObservable, lastValueFrom, Observable } from 'rxjs';
import { NoValueError } from '../errors/index.js';

/** Stands for the value of a stream that has none. */
const NOTHING = Symbol('nothing');

/** Whether a handler gave an Observable, of whatever copy of rxjs. Never throws: a result may be a proxy. */
export function isStream(result: unknown): result is Observable<unknown> {
  if (typeof result !== 'object' || result === null) return false;
  try {
    return isObservable(result);
  } catch {
    return false;
  }
}

/** The same stream until the run is told to end: who gave it hears of that by the end of the subscription. */
export function untilAborted(stream: Observable<unknown>, signal: AbortSignal): Observable<unknown> {
  return new Observable((subscriber) => {
    const abort = () => subscriber.error(signal.reason);
    if (signal.aborted) return abort();
    signal.addEventListener('abort', abort, { once: true });
    subscriber.add(() => signal.removeEventListener('abort', abort));
    subscriber.add(stream.subscribe(subscriber));
  });
}

/**
 * The last value of what a handler, or an interceptor around it, gave.
 * @param giver Who that is, for the message.
 * @throws NoValueError for a stream that ended without one; what it fails with
 */
export async function lastValueOf(stream: Observable<unknown>, giver: string): Promise<unknown> {
  const value: unknown = await lastValueFrom(stream, { defaultValue: NOTHING });
  if (value !== NOTHING) return value;
  throw new NoValueError(
    `${giver} returned an Observable that ended without a value. To complete the job without a result, return of(undefined).`,
  );
}
