import { type Column, textIn } from './table.js';

/** Between two columns. */
const GAP = 2;

/**
 * The columns that a line of so many characters has room for: those that yield go, first the ones that say nothing of any row. Where that is not
 * enough, the first column is cut.
 */
export function fitColumns<T>(
  columns: readonly Column<T>[],
  rows: readonly T[],
  width: number,
): readonly Column<T>[] {
  const widths = new Map(
    columns.map((column) => [
      column,
      rows.reduce((most, row) => Math.max(most, textIn(column, row).length), column.title.length),
    ]),
  );
  const total = (kept: readonly Column<T>[]): number =>
    kept.reduce((sum, column) => sum + (widths.get(column) as number) + GAP, -GAP);
  let kept = columns;
  for (const column of inOrderOfLeaving(columns, rows)) {
    if (total(kept) <= width) return kept;
    kept = kept.filter((one) => one !== column);
  }
  const [first, ...rest] = kept;
  if (first === undefined || total(kept) <= width) return kept;
  const room = Math.max(1, width - (rest.length === 0 ? 0 : total(rest) + GAP));
  return [
    { ...first, title: cut(first.title, room), value: (row) => cut(textIn(first, row), room) },
    ...rest,
  ];
}

function inOrderOfLeaving<T>(columns: readonly Column<T>[], rows: readonly T[]): readonly Column<T>[] {
  const isEmpty = (column: Column<T>): boolean =>
    rows.every((row) => ['', '0'].includes(textIn(column, row)));
  const yielding = columns
    .filter(({ yields }) => yields !== undefined)
    .toSorted((a, b) => (b.yields as number) - (a.yields as number));
  return [...yielding.filter(isEmpty), ...yielding.filter((column) => !isEmpty(column))];
}

const cut = (text: string, room: number): string =>
  text.length > room ? `${text.slice(0, room - 1)}…` : text;
