import type { SignalValue } from '../../contract/index.js';

interface Signal {
  value: SignalValue;
  /** Whether a wait has ended by it: the same value does not end another. */
  used: boolean;
}

/** The signals that have reached a job: the latest value of each name. */
export class Signals {
  private readonly byName = new Map<string, Signal>();

  leave(name: string, value: SignalValue): void {
    this.byName.set(name, { value, used: false });
  }

  /** Whether a wait for the name ends; its value is then used up, though still shown. */
  use(name: string): boolean {
    const signal = this.byName.get(name);
    if (signal === undefined || signal.used) return false;
    signal.used = true;
    return true;
  }

  toRecord(): Record<string, SignalValue> {
    return Object.fromEntries([...this.byName].map(([name, signal]) => [name, signal.value]));
  }
}
