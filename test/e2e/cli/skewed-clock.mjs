/** Puts the wall clock of a process an hour ahead: `node --import …/skewed-clock.mjs`. */
const RealDate = Date;
const now = () => RealDate.now() + 3_600_000;
globalThis.Date = new Proxy(RealDate, {
  construct: (target, args) => Reflect.construct(target, args.length === 0 ? [now()] : args),
  get: (target, key, receiver) => (key === 'now' ? now : Reflect.get(target, key, receiver)),
});
