import type { Lease, Ms } from '../../contract/index.js';
import { type Expiring, ExpiringMap } from './expiring-map.js';

interface HeldLease extends Expiring {
  readonly owner: string;
  readonly fence: string;
}

/** Rights to names until a moment. */
export class MemoryLeases {
  private readonly held = new ExpiringMap<HeldLease>();
  /** One for all names: so it never restarts for one, and a name that is free takes no memory. */
  private lastFence = 0;

  get size(): number {
    return this.held.size;
  }

  expire(now: number): void {
    this.held.expire(now);
  }

  acquire(name: string, owner: string, ttl: Ms, now: number): Lease | null {
    const held = this.held.get(name);
    if (held !== undefined && held.owner !== owner) return null;
    const fence = String(++this.lastFence);
    this.held.set({ key: name, owner, fence, moment: now + ttl, seq: 0, slot: 0 });
    return { name, owner, fence };
  }

  renew(lease: Lease, ttl: Ms, now: number): boolean {
    const held = this.heldBy(lease);
    if (held === undefined) return false;
    this.held.keepUntil(held, now + ttl);
    return true;
  }

  release(lease: Lease): void {
    if (this.heldBy(lease) !== undefined) this.held.delete(lease.name);
  }

  private heldBy({ name, fence }: Lease): HeldLease | undefined {
    const held = this.held.get(name);
    return held?.fence === fence ? held : undefined;
  }
}
