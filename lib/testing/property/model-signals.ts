import type { SignalValue } from '../../contract/index.js';

/** What has been signalled to one job: the latest value of each name, and whether a wait has ended by it. */
export class ModelSignals {
  private readonly byName = new Map<string, { readonly value: SignalValue; used: boolean }>();

  leave(name: string, value: SignalValue): void {
    this.byName.set(name, { value, used: false });
  }

  /** Whether a wait for this name ends at once. A value ends one wait. */
  use(name: string): boolean {
    const signal = this.byName.get(name);
    if (signal === undefined || signal.used) return false;
    signal.used = true;
    return true;
  }

  get values(): readonly (readonly [name: string, value: SignalValue])[] {
    return [...this.byName].map(([name, { value }]) => [name, value] as const);
  }
}
