import type { StateCode } from './state-code.js';

const FORGOTTEN = -1;

/**
 * Which jobs ended, how and when, in the order in which they were buried; a ring of numbers, so that remembering a job
 * leaves nothing to the collector. Entries are addressed by their index in the ring.
 */
export class TombstoneLog {
  private places = new Float64Array(0);
  private moments = new Float64Array(0);
  private outcomes = new Uint8Array(0);
  private head = 0;
  private length = 0;
  private alive = 0;

  /** @param max 1 or more */
  constructor(private readonly max: number) {}

  get size(): number {
    return this.alive;
  }

  get isFull(): boolean {
    return this.length === this.max;
  }

  /** @returns its index */
  add(place: number, outcome: StateCode, at: number): number {
    if (this.places.length === 0) this.makeRoom();
    const index = (this.head + this.length) % this.max;
    this.places[index] = place;
    this.moments[index] = at;
    this.outcomes[index] = outcome;
    this.length++;
    this.alive++;
    return index;
  }

  outcomeAt(index: number): StateCode {
    return this.outcomes[index] as StateCode;
  }

  /** The job has another place in its list now. */
  move(index: number, place: number): void {
    this.places[index] = place;
  }

  /** Its id was taken again. */
  forget(index: number): void {
    this.places[index] = FORGOTTEN;
    this.alive--;
    this.skipForgotten();
  }

  /** When the oldest was buried; `Infinity` when there is none. */
  oldestAt(): number {
    return this.length <= 0 ? Infinity : (this.moments[this.head] as number);
  }

  /** Takes the oldest out. @returns its place */
  shift(): number {
    const place = this.places[this.head] as number;
    this.advance();
    this.alive--;
    this.skipForgotten();
    return place;
  }

  /** At the first job: most queues of an app never bury one. */
  private makeRoom(): void {
    this.places = new Float64Array(this.max);
    this.moments = new Float64Array(this.max);
    this.outcomes = new Uint8Array(this.max);
  }

  private advance(): void {
    this.head = (this.head + 1) % this.max;
    this.length--;
  }

  private skipForgotten(): void {
    while (this.length > 0 && this.places[this.head] === FORGOTTEN) this.advance();
  }
}
