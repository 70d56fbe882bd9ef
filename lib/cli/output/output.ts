import type { Terminal } from '../terminal.js';
import { fitColumns } from './fit-columns.js';
import { type Column, pairsOf, tableOf } from './table.js';

export interface ListView<T> {
  readonly columns: readonly Column<T>[];
  /** What is said where there is none. */
  readonly empty: string;
  /** More that belongs to the list, beside its `items` in JSON. */
  readonly more?: Readonly<Record<string, unknown>>;
  /** A remark below it, for people. */
  readonly note?: string | undefined;
  /** What an item is in JSON. Default: itself. */
  readonly json?: (item: T) => unknown;
}

/** The one way in which commands print: tables and sentences for people, one JSON value for programs. */
export class Output {
  constructor(
    readonly terminal: Terminal,
    readonly isJson: boolean,
  ) {}

  /** Many of a kind: `{ "items": [ … ] }`. */
  list<T>(items: readonly T[], view: ListView<T>): void {
    if (this.isJson)
      return this.json({ items: items.map((item) => (view.json ?? same)(item)), ...view.more });
    if (items.length === 0) return this.terminal.print(view.empty);
    this.terminal.print(this.table(view.columns, items));
    if (view.note !== undefined) this.terminal.tell(this.terminal.colors.dim(view.note));
  }

  /** Rows under headings, as wide as the terminal is; in a pipeline all of it. */
  table<T>(columns: readonly Column<T>[], rows: readonly T[]): string {
    const { colors, isLive, width } = this.terminal;
    return tableOf(isLive ? fitColumns(columns, rows, width) : columns, rows, colors);
  }

  /** One thing with all that is known of it. */
  details(data: unknown, pairs: readonly (readonly [string, string | undefined])[]): void {
    if (this.isJson) this.json(data);
    else this.terminal.print(pairsOf(pairs, this.terminal.colors));
  }

  /** What was done. */
  done(data: unknown, sentence: string): void {
    if (this.isJson) this.json(data);
    else this.terminal.print(sentence);
  }

  /** For people, and not in the way of a program. */
  remark(text: string): void {
    this.terminal.tell(text);
  }

  json(data: unknown): void {
    this.terminal.print(JSON.stringify(data, undefined, this.terminal.isLive ? 2 : 0));
  }
}

const same = <T>(item: T): T => item;
