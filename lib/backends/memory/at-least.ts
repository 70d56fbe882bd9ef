/** `value`, or `least` if it is less or no number at all, which would spoil the order of a heap for good. */
export function atLeast(least: number, value: number): number {
  return value >= least ? value : least;
}
