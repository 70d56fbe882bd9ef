import { describe, expect, it } from 'vitest';
import { PackedArray, packed, unpacked } from '../../../../lib/backends/postgres/packed-array.js';

describe('an array that travels as bytes', () => {
  it('says its type, its length and each item, as the server reads it', () => {
    const bytes = new PackedArray('text', ['ab', null, 'é']).toBytes();
    const words = ['00000001', '00000001', '00000019', '00000003', '00000001'];
    const items = ['00000002', '6162', 'ffffffff', '00000002', 'c3a9'];
    expect(bytes.toString('hex')).toBe([...words, ...items].join(''));
  });

  it('carries numbers, of eight bytes too', () => {
    const header = (type: string) => `0000000100000000${type}0000000100000001`;
    expect(new PackedArray('int4', [-2]).toBytes().toString('hex')).toBe(
      `${header('00000017')}00000004fffffffe`,
    );
    const large = new PackedArray('int8', ['1764100000000000']).toBytes();
    expect(large.toString('hex')).toBe(
      `${header('00000014')}00000008${1764100000000000n.toString(16).padStart(16, '0')}`,
    );
  });

  it('has no dimension when it is empty', () => {
    expect(new PackedArray('text', []).toBytes().toString('hex')).toBe('000000000000000000000019');
  });

  it('is an array like any other where the driver writes texts', () => {
    const values = ['queue', new PackedArray('text', ['a'])];
    expect(unpacked(values)).toEqual(['queue', ['a']]);
    expect(packed(values)[1]).toBeInstanceOf(Buffer);
  });
});
