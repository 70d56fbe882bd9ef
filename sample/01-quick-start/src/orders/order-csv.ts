import { createReadStream } from 'node:fs';
import { pipeline } from 'node:stream';
import { parse } from 'csv-parse';
import { COLUMNS, type OrderDraft } from './order.js';

export interface OrderRow {
  /** In the file, from 1; the header is line 1. */
  readonly line: number;
  readonly order: OrderDraft;
}

/** Reads an order file row by row, never as a whole. What a row says is judged later, by the job that it becomes. */
export async function* readOrders(file: string): AsyncGenerator<OrderRow> {
  const parser = parse({ from_line: 2, relax_column_count: true, info: true });
  // pipeline() hands a failure to read the file on to the parser, and so to the loop.
  pipeline(createReadStream(file), parser, () => {});
  for await (const { record, info } of parser as AsyncIterable<{
    record: string[];
    info: { lines: number };
  }>) {
    yield { line: info.lines, order: toDraft(record) };
  }
}

function toDraft(values: readonly string[]): OrderDraft {
  const draft = Object.fromEntries(COLUMNS.slice(0, values.length).map((column, at) => [column, values[at]]));
  const surplus = values.slice(COLUMNS.length);
  return surplus.length === 0 ? draft : { ...draft, surplus };
}
