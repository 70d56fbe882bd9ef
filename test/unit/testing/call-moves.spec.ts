import { describe, expect, it } from 'vitest';
import { leadsTo, tableDifferences } from '../../../lib/testing/witness/call-moves.js';

describe('the moves that a call may make', () => {
  it('are those of the state table, all of them and no others', () => {
    expect(tableDifferences()).toEqual({ unused: [], illegal: [] });
  });

  it('explain a job that was claimed, settled and claimed again between two looks', () => {
    expect(leadsTo('pending', 'completed', ['claim'])).toBe(true);
    expect(leadsTo('nowhere', 'running', ['enqueue', 'claim'])).toBe(true);
  });

  it('explain what time does, whatever was called', () => {
    expect(leadsTo('scheduled', 'pending', ['look'])).toBe(true);
    expect(leadsTo('running', 'retrying', ['cancel'])).toBe(true);
    expect(leadsTo('completed', 'nowhere', ['look'])).toBe(true);
  });

  it.each([
    ['completed', 'pending', 'claim'],
    ['completed', 'running', 'claim'],
    ['failed', 'pending', 'claim'],
    ['failed', 'cancelled', 'cancel'],
    ['cancelled', 'pending', 'enqueue'],
    ['cancelled', 'running', 'claim'],
    ['pending', 'completed', 'look'],
    ['scheduled', 'cancelled', 'look'],
    ['nowhere', 'pending', 'look'],
  ] as const)('do not explain %s → %s by %s', (from, to, call) => {
    expect(leadsTo(from, to, [call])).toBe(false);
  });

  it('explain a dead letter that is pending only by a replay', () => {
    expect(leadsTo('failed', 'pending', ['retryDead'])).toBe(true);
    expect(leadsTo('failed', 'pending', ['claim', 'enqueue', 'cancel', 'signal', 'remove', 'look'])).toBe(
      false,
    );
  });

  it('do not let a removed job come back as the same', () => {
    expect(leadsTo('completed', 'pending', ['enqueue', 'claim'])).toBe(false);
  });
});
