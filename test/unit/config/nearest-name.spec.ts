import { describe, expect, it } from 'vitest';
import { didYouMean, nearestName } from '../../../lib/config/index.js';

describe('nearestName', () => {
  it.each([
    ['notificatons', 'notifications'],
    ['Exports', 'exports'],
    ['exprots', 'exports'],
    ['emial', 'email'],
  ])('finds for %j the name %j', (typo, meant) => {
    expect(nearestName(typo, ['default', 'email', 'exports', 'notifications'])).toBe(meant);
  });

  it('does not guess when more than two of five letters differ', () => {
    expect(nearestName('reports', ['default', 'urgent'])).toBeUndefined();
    expect(nearestName('x', [])).toBeUndefined();
  });

  it('does not compare names that are too long to be typos', () => {
    expect(nearestName('x'.repeat(10_240), ['x'.repeat(10_239)])).toBeUndefined();
  });
});

describe('didYouMean', () => {
  it('is the end of a sentence, or nothing', () => {
    expect(didYouMean('leas', ['lease'])).toBe(' Did you mean "lease"?');
    expect(didYouMean('other', ['lease'])).toBe('');
  });
});
