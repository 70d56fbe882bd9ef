import { describe, expect, it } from 'vitest';
import type { ClaimRow } from '../../../../lib/backends/postgres/claimed-job.js';
import { inLine } from '../../../../lib/backends/postgres/in-line.js';

const row = (queue: number, priority: number, place: number): ClaimRow =>
  ({ queue_id: queue, priority, place: String(place) }) as unknown as ClaimRow;

describe('claimed rows', () => {
  it('are put in the order of their places', () => {
    const rows = [row(1, 1, 128), row(1, 1, 64), row(1, 1, 1_000)];
    expect(inLine(rows).map(({ place }) => place)).toEqual(['64', '128', '1000']);
  });

  it('are put in the order of their priorities first', () => {
    const rows = [row(1, 1, 64), row(1, 20, 192), row(1, 5, 128)];
    expect(inLine(rows).map(({ priority }) => priority)).toEqual([20, 5, 1]);
  });

  it('stay queue by queue, as these were asked for', () => {
    const rows = [row(7, 1, 640), row(7, 1, 576), row(3, 20, 64), row(3, 1, 128)];
    expect(inLine(rows).map(({ queue_id: queue, place }) => [queue, place])).toEqual([
      [7, '576'],
      [7, '640'],
      [3, '64'],
      [3, '128'],
    ]);
  });
});
