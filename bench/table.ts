import type { Measure } from './measure.js';

const WIDTHS = [72, 12, 52, 10, 8, 8, 4];

export function header(): string {
  return line(['measure', 'ours', 'peers', 'raw', 'ratio', 'target', 'met']);
}

export function formatRow(row: Measure): string {
  const peers = Object.entries(row.peers).map(([name, value]) => `${name} ${show(value)}`);
  const { target } = row;
  const bound = target === null ? '–' : `${row.better === 'higher' ? '≥' : '≤'} ${show(target)}`;
  return line([
    `${row.measure} (${row.unit})`,
    show(row.ours),
    peers.join(', ') || '–',
    row.raw === null ? '–' : show(row.raw),
    show(row.ratio),
    bound,
    target === null ? '–' : row.met ? 'yes' : 'NO',
  ]);
}

function line(cells: readonly string[]): string {
  return cells
    .map((cell, place) => cell.padEnd(WIDTHS[place] ?? 0))
    .join(' ')
    .trimEnd();
}

function show(value: number): string {
  return value >= 1_000 ? Math.round(value).toLocaleString('en') : String(Math.round(value * 100) / 100);
}
