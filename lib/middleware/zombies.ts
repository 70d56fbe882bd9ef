/** Handlers that go on after their run has ended: how many there are, and how many may be. */
export class Zombies {
  private alive = 0;

  /** @param max 1 or more */
  constructor(readonly max: number) {}

  get count(): number {
    return this.alive;
  }

  /** Whether there are so many that no more jobs should be taken. */
  get tooMany(): boolean {
    return this.alive >= this.max;
  }

  rise(): void {
    this.alive++;
  }

  rest(): void {
    this.alive--;
  }
}
