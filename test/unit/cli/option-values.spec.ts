import { InvalidArgumentError } from 'commander';
import { describe, expect, it } from 'vitest';
import {
  duration,
  interval,
  listSize,
  names,
  pageSize,
  processCount,
  rate,
  slots,
  states,
  whole,
} from '../../../lib/cli/commands/option-values.js';

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

describe('a duration on the command line that is too long', () => {
  it.each(['4000y', `1${'0'.repeat(15)}ms`])('is told so, with the bound: %s', (text) => {
    expect(() => duration(text)).toThrow(InvalidArgumentError);
    expect(() => duration(text)).toThrow(
      'too long: 100,000,000,000,000 ms is the most, over three thousand years.',
    );
    expect(() => interval(text)).toThrow('too long');
  });

  it('is told so in a rate, too', () => {
    expect(() => rate('1/99999999999999h')).toThrow(InvalidArgumentError);
    expect(() => rate('1/99999999999999h')).toThrow('too long');
  });
});

describe('an interval on the command line', () => {
  it('leaves a pause', () => {
    expect(interval('1ms')).toBe(1);
    expect(() => interval('0s')).toThrow('Write 1ms or more.');
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
    expect(() => pageSize('1001')).toThrow('go on with --cursor');
    expect(() => listSize('1001')).toThrow('choose among them');
    expect([slots('100000'), processCount('1000')]).toEqual([100_000, 1_000]);
    expect(() => slots('100001')).toThrow('100,000 is the most');
    expect(() => processCount('1001')).toThrow('1,000 is the most');
  });
});
