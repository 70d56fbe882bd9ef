/** Who claims with the slots of a pool: one loop a backend. */
export interface SlotSeeker {
  /** Whether it could claim now: not while a call of its is under way, or its backend is in trouble. */
  readonly canClaim: boolean;
  /** Slots are free, and it is its turn. */
  offer(): void;
}

/**
 * Who knows of work and found no free slot, in order. Without it the busiest backend of a process, whose own jobs free the
 * slots, would take each of them again and starve the others.
 */
export class SlotLine {
  private readonly seekers: SlotSeeker[] = [];

  /** The one whose turn it is. */
  get first(): SlotSeeker | undefined {
    return this.seekers.length === 0 ? undefined : this.seekers.find((seeker) => seeker.canClaim);
  }

  /** How many could claim now. */
  get ready(): number {
    return this.seekers.length === 0 ? 0 : this.seekers.filter((seeker) => seeker.canClaim).length;
  }

  join(seeker: SlotSeeker): void {
    if (!this.seekers.includes(seeker)) this.seekers.push(seeker);
  }

  leave(seeker: SlotSeeker): void {
    const place = this.seekers.indexOf(seeker);
    if (place >= 0) this.seekers.splice(place, 1);
  }
}
