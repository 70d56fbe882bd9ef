import type { StateBackend } from '../contract/index.js';
import { readData } from './schedule-record.js';

/** What the leaders of a fleet hand on. Moments by the store's clock. */
export interface FleetState {
  /** Of the leader's lease: a leader with a smaller one has been replaced. */
  readonly fence: string;
  /** Slots up to this moment may have been fired, whether or not that was noted. */
  readonly upTo: number;
  /** When the latest leader was heard of last. */
  readonly alive: number;
  /** A time without any process, whose slots are not all dealt with. */
  readonly gap?: { readonly from: number; readonly to: number } | undefined;
}

/**
 * The one value that every leader writes before it fires: whoever writes it last leads, whatever a process that was frozen meanwhile
 * believes of its lease. A leader whose write is refused has been replaced, and fires nothing.
 */
export class FleetLedger {
  private readonly key: string;
  private readonly lifeKey: string;
  private version: string | null = null;
  private kept: FleetState | undefined;

  constructor(
    private readonly state: StateBackend,
    group: string,
  ) {
    this.key = `schedule-fleet:${group}`;
    this.lifeKey = `schedule-life:${group}`;
  }

  /** As this process has read or written it last. */
  get current(): FleetState | undefined {
    return this.kept;
  }

  async read(): Promise<FleetState | undefined> {
    const [value, life] = await this.state.get([this.key, this.lifeKey]);
    this.version = value?.version ?? null;
    const data = value && (readData(value.value) as FleetState | undefined);
    const isReadable = typeof data?.upTo === 'number' && typeof data.fence === 'string';
    this.kept = isReadable ? { ...data, alive: Math.max(data.alive, Number(life?.value ?? 0)) } : undefined;
    return this.kept;
  }

  /**
   * Says that a process lives which does not lead. After a silence it says nothing: what that silence means is the next leader's to note.
   */
  async live(now: number, silence: number): Promise<void> {
    const known = await this.read();
    if (known === undefined || now - known.alive > silence) return;
    await this.state.set([{ key: this.lifeKey, value: String(now) }]);
  }

  /**
   * Writes, and looks at what is there then: so a reply that was lost does no harm, and neither does a successor who was quicker.
   * @returns false when somebody else has written it since: this process leads no longer
   */
  async write(next: FleetState): Promise<boolean> {
    const text = JSON.stringify(next);
    await this.state.compareAndSet(this.key, this.version, text);
    const [value] = await this.state.get([this.key]);
    if (value === undefined || String(value.value) !== text) return false;
    this.version = value.version;
    this.kept = next;
    return true;
  }
}
