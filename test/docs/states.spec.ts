import { describe, expect, it } from 'vitest';
import { JOB_STATES, STATE_MEANINGS, STATE_MOVES } from 'nestjs-tasks';
import { tableRows } from './pages.js';

describe('docs/states.md', () => {
  it('explains every state, in the order of the code', () => {
    expect(tableRows('docs/states.md', 'states')).toEqual(
      JOB_STATES.map((state) => [state, STATE_MEANINGS[state]]),
    );
  });

  it('lists every legal move and its cause, and no other', () => {
    expect(tableRows('docs/states.md', 'moves')).toEqual(
      STATE_MOVES.map(({ from, to, cause }) => [from ?? 'new', to ?? 'gone', cause]),
    );
  });
});

describe('the state table', () => {
  it('reaches every state from a new job', () => {
    const reached = new Set<string | null>([null]);
    for (let size = 0; size !== reached.size;) {
      size = reached.size;
      for (const { from, to } of STATE_MOVES) if (reached.has(from)) reached.add(to);
    }
    expect(JOB_STATES.filter((state) => !reached.has(state))).toEqual([]);
  });

  it('lets a job of every state but running be removed', () => {
    const removable = new Set(STATE_MOVES.filter(({ to }) => to === null).map(({ from }) => from));
    expect(removable).toEqual(new Set(JOB_STATES.filter((state) => state !== 'running')));
  });

  it('has each move once', () => {
    const moves = STATE_MOVES.map(({ from, to }) => `${from} → ${to}`);
    expect(new Set(moves).size).toBe(moves.length);
  });
});
