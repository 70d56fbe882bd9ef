import { describe, expect, it } from 'vitest';
import { v4, v7 } from 'uuid';
import { packId, unpackId } from '../../../../lib/backends/redis/packed-id.js';

describe('packed ids', () => {
  it('come back as they were', () => {
    const edges = ['00000000-0000-0000-0000-000000000000', 'ffffffff-ffff-ffff-ffff-ffffffffffff'];
    for (const id of [
      ...edges,
      ...Array.from({ length: 500 }, () => v7()),
      ...Array.from({ length: 500 }, () => v4()),
    ]) {
      const packed = packId(id);
      expect(packed).toHaveLength(22);
      expect(unpackId(packed)).toBe(id);
    }
  });

  it('have the order of the ids that they stand for, byte by byte', () => {
    const ids = Array.from({ length: 500 }, () => v4()).toSorted();
    const packed = ids.map(packId);
    expect(packed.toSorted((one, other) => Buffer.compare(Buffer.from(one), Buffer.from(other)))).toEqual(
      packed,
    );
  });

  it.each(['invoice-7', 'a', '', v7().toUpperCase(), v7().replaceAll('-', ''), 'x'.repeat(128), '日本'])(
    'leave "%s" as it is',
    (id) => {
      expect(packId(id)).toBe(id);
      expect(unpackId(id)).toBe(id);
    },
  );

  it.each(Array.from({ length: 16 }, (_, nth) => nth * 2 + 1))(
    'leave one as it is that has something else for its digit %i',
    (place) => {
      const at = [...v7().matchAll(/[0-9a-f]/g)][place]?.index as number;
      for (const other of ['g', 'A', '-', '/', ':', '\u00e9', '\u0130', '\uff11']) {
        const id = v7();
        const broken = id.slice(0, at) + other + id.slice(at + 1);
        expect(packId(broken)).toBe(broken);
      }
    },
  );

  it.each([8, 13, 18, 23])('leave one as it is that has no hyphen at %i', (at) => {
    const id = v7();
    const broken = `${id.slice(0, at)}0${id.slice(at + 1)}`;
    expect(packId(broken)).toBe(broken);
  });

  it.each(['!', '$', '%abc', `&${'a'.repeat(21)}`, `(${'-'.repeat(21)}`, '!!'])(
    'keep "%s" apart from every packed one',
    (id) => {
      expect(packId(id)).not.toBe(id);
      expect(unpackId(packId(id))).toBe(id);
    },
  );
});
