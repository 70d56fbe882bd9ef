import Table from 'cli-table3';
import { oneLine } from '../../config/index.js';
import type { Colors } from '../terminal.js';

/** One column of a table: its heading, and what it shows of a row. */
export interface Column<T> {
  readonly title: string;
  readonly value: (row: T) => string | number | undefined;
  readonly align?: 'left' | 'right';
  /** How soon it gives way on a narrow terminal: the highest first. Default: never. */
  readonly yields?: number;
  /** Colours a cell by its row. */
  readonly paint?: (text: string, row: T, colors: Colors) => string;
}

const NO_LINES = {
  top: '',
  'top-mid': '',
  'top-left': '',
  'top-right': '',
  bottom: '',
  'bottom-mid': '',
  'bottom-left': '',
  'bottom-right': '',
  left: '',
  'left-mid': '',
  mid: '',
  'mid-mid': '',
  right: '',
  'right-mid': '',
  middle: '  ',
};

/** Rows under headings, without lines around them: easy to read, and to cut up with `awk`. */
export function tableOf<T>(columns: readonly Column<T>[], rows: readonly T[], colors: Colors): string {
  const table = new Table({
    head: columns.map(({ title }) => colors.dim(title)),
    chars: NO_LINES,
    colAligns: columns.map(({ align = 'left' }) => align),
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  for (const row of rows) {
    table.push(
      columns.map((column) => {
        const text = textIn(column, row);
        return column.paint === undefined ? text : column.paint(text, row, colors);
      }),
    );
  }
  return trimmed(table.toString());
}

/** What stands in a cell, without colours. */
export const textIn = <T>({ value }: Column<T>, row: T): string => oneLine(String(value(row) ?? ''));

/** Names and what they are, one a line. */
export function pairsOf(
  pairs: readonly (readonly [name: string, value: string | undefined])[],
  colors: Colors,
): string {
  const told = pairs.filter((pair): pair is readonly [string, string] => pair[1] !== undefined);
  const width = Math.max(...told.map(([name]) => name.length));
  return told
    .map(
      ([name, value]) =>
        `${colors.dim(name.padEnd(width))}  ${value.replaceAll('\n', `\n${' '.repeat(width + 2)}`)}`,
    )
    .join('\n');
}

const trimmed = (text: string): string =>
  text
    .split('\n')
    .map((line) => line.trimEnd())
    .join('\n');
