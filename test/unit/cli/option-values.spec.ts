import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import { duration, names, pageSize, rate, states, whole } from '../../../lib/cli/commands/option-values.js';

describe('a duration on the command line', () => {
  it.each([
    ['500ms', 500],
    ['10s', 10_000],
    ['2 days', 172_800_000],
  ])('reads %s', (text, ms) => {
    expect(duration(text)).toBe(ms);
  });

  it.each(['10', ' 1.5 ', 'soon', '-3s'])('refuses %j, and says how it is written', (text) => {
    expect(() => duration(text)).toThrow(InvalidArgumentError);
  });
});

describe('a rate on the command line', () => {
  it.each([
    ['10/s', 100],
    ['300/m', 200],
    ['1/5s', 5_000],
    ['4/100ms', 25],
  ])('makes of %s the time for each', (text, ms) => {
    expect(rate(text)).toBe(ms);
  });

  it.each(['10', '0/s', '10/0s', '10/day', '-1/s'])('refuses %s', (text) => {
    expect(() => rate(text)).toThrow('Write how many in how long');
  });
});

describe('names on the command line', () => {
  it('stand between commas, and add up over several options', () => {
    expect(names('default, urgent', ['bulk'])).toEqual(['bulk', 'default', 'urgent']);
    expect(() => names('default,,urgent')).toThrow(InvalidArgumentError);
  });

  it('of states have to be there, and the nearest is named', () => {
    expect(states('failed,running')).toEqual(['failed', 'running']);
    expect(() => states('faild')).toThrow('did you mean failed?');
  });
});

describe('a number on the command line', () => {
  it('is whole, and of a page at most a thousand', () => {
    expect([whole('7'), pageSize('1000')]).toEqual([7, 1_000]);
    for (const text of ['0', '-1', '1.5', 'many']) expect(() => whole(text)).toThrow(InvalidArgumentError);
    expect(() => pageSize('1001')).toThrow('1,000 is the most');
  });
});
