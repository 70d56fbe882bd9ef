import { readSettings } from './settings.js';

/** Puts the wall clock of this process forward or back, as on a machine without NTP. Timers and the monotonic clock stay. */
const { skew } = readSettings();

if (skew !== 0) {
  const RealDate = Date;
  const now = (): number => RealDate.now() + skew;
  globalThis.Date = new Proxy(RealDate, {
    construct: (target, args: unknown[]) =>
      Reflect.construct(target, args.length === 0 ? [now()] : args) as Date,
    apply: () => new RealDate(now()).toString(),
    get: (target, key, receiver) => (key === 'now' ? now : (Reflect.get(target, key, receiver) as unknown)),
  });
}
