/** An order to move money. */
export interface Transfer {
  readonly from: string;
  readonly to: string;
  readonly amount: number;
  /** What goes wrong in the first run: before the commit, or behind it. */
  readonly trouble?: 'before' | 'after';
}
