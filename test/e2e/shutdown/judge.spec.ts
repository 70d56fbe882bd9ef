import { describe, expect, it } from 'vitest';
import type { Entry } from './journal.js';
import { judge } from './judge.js';
import type { ProcessRun } from './processes.js';

const accepted = (job: string): Entry => ({ is: 'accepted', job });
const started = (job: string, run = `${job}:1`): Entry => ({ is: 'started', job, run, closed: [] });
const aborted = (job: string, run = `${job}:1`): Entry => ({ is: 'aborted', job, run });
const ended = (job: string, ok = true, run = `${job}:1`): Entry => ({
  is: 'ended',
  job,
  run,
  ok,
  closed: [],
});
const left = (job: string, status: string): Entry => ({ is: 'left', job, status });
const POOLS: readonly Entry[] = ['before', 'after', 'global'].map((pool) => ({ is: 'closed', pool }));

/** A process that went well, with what is to be told of it between its start and its end. */
const process = (
  work: readonly Entry[],
  states: readonly Entry[] = [],
  { late = [], ...over }: Partial<ProcessRun> & { readonly late?: readonly Entry[] } = {},
): ProcessRun => ({
  journal: [...work, ...POOLS, ...late, ...states, { is: 'listed' }, { is: 'exit' }],
  code: 0,
  signal: null,
  output: '',
  useProcessExit: true,
  signals: 1,
  ...over,
});

describe('what is found well', () => {
  it.each<[string, ProcessRun]>([
    ['no job at all', process([])],
    ['a job that completed', process([accepted('a'), started('a'), ended('a')], [left('a', 'completed')])],
    ['a job that never began', process([accepted('a')], [left('a', 'scheduled')])],
    [
      'a job that was given back',
      process([accepted('a'), started('a'), aborted('a'), ended('a', false)], [left('a', 'pending')]),
    ],
    [
      'a handler that went on after it was given up',
      process([accepted('a'), started('a'), aborted('a')], [left('a', 'pending')], { late: [ended('a')] }),
    ],
    [
      'a job that ended in its grace',
      process([accepted('a'), started('a'), aborted('a'), ended('a')], [left('a', 'completed')]),
    ],
    [
      'a job that failed once and waits',
      process([accepted('a'), started('a'), ended('a', false)], [left('a', 'retrying')]),
    ],
    [
      'an end by the signal',
      process([], [], {
        code: null,
        signal: 'SIGTERM',
        useProcessExit: false,
        journal: [...POOLS, { is: 'listed' }],
      }),
    ],
    [
      'an end by a second signal that met it at its exit',
      process([], [], { code: null, signal: 'SIGTERM', signals: 2 }),
    ],
  ])('%s', (_what, run) => {
    expect(judge([run])).toEqual([]);
  });

  it('a job that one process gave back and another completed', () => {
    const first = process([
      accepted('a'),
      started('a', '1:1'),
      aborted('a', '1:1'),
      ended('a', false, '1:1'),
    ]);
    const second = process([started('a', '2:1'), ended('a', true, '2:1')], [left('a', 'completed')]);
    expect(judge([first, second])).toEqual([]);
  });
});

describe('what is found wrong', () => {
  const begun: Entry = { is: 'begun', work: 'cycle 1' };
  const done: Entry = { is: 'done', work: 'cycle 1', closed: [] };

  it.each<[string, ProcessRun, string]>([
    ['a job that is nowhere', process([accepted('a')]), 'lost job a'],
    [
      'a job that is still running',
      process([accepted('a'), started('a'), aborted('a')], [left('a', 'running')]),
      'left job a running',
    ],
    [
      'a completion that no run has said',
      process([accepted('a')], [left('a', 'completed')]),
      'completed job a without a run',
    ],
    [
      'a run whose end was not settled',
      process([accepted('a'), started('a'), ended('a')], [left('a', 'pending')]),
      'left job a pending after it had ended well',
    ],
    [
      'a job that ran to its end twice',
      process(
        [accepted('a'), started('a'), ended('a'), started('a', 'a:2'), ended('a', true, 'a:2')],
        [left('a', 'completed')],
      ),
      'ran job a to its end 2 times',
    ],
    [
      'a run that was cut off',
      process([accepted('a'), started('a')], [left('a', 'pending')]),
      'cut off run a:1',
    ],
    [
      'a run that began too late',
      process([accepted('a')], [left('a', 'completed')], { late: [started('a'), ended('a')] }),
      'started run a:1 with a pool closed',
    ],
    [
      'a run that nobody waited for',
      process([accepted('a'), started('a')], [left('a', 'completed')], { late: [ended('a')] }),
      'ended run a:1 with a pool closed',
    ],
    [
      'work beside the jobs that began too late',
      process([], [], { late: [begun, done] }),
      'began cycle 1 with a pool closed',
    ],
    [
      'work beside the jobs that nobody waited for',
      process([begun], [], { late: [done] }),
      'ended cycle 1 with a pool closed',
    ],
    ['work beside the jobs that never ended', process([begun]), 'never ended cycle 1'],
    [
      'an enqueue that was refused',
      process([{ is: 'refused', code: 'TASKS_CLOSED' }]),
      'refused an enqueue: TASKS_CLOSED',
    ],
    ['another exit code', process([], [], { code: 1 }), 'ended with code 1 and signal null, not 0 and null'],
    [
      'a death',
      process([], [], { code: null, signal: 'SIGKILL' }),
      'ended with code null and signal SIGKILL, not 0 and null',
    ],
    [
      'an end by the only signal, at its exit',
      process([], [], { code: null, signal: 'SIGTERM' }),
      'ended with code null and signal SIGTERM, not 0 and null',
    ],
    [
      'an end by a second signal before its exit',
      process([], [], {
        code: null,
        signal: 'SIGTERM',
        signals: 2,
        journal: [...POOLS, { is: 'listed' }],
      }),
      'ended with code null and signal SIGTERM, not 0 and null',
    ],
    ['anything on stderr', process([], [], { output: 'Unhandled rejection' }), 'said: Unhandled rejection'],
    [
      'a shutdown that came to no end',
      process([], [], { journal: [...POOLS, { is: 'exit' }] }),
      'did not come to the end of its shutdown',
    ],
    [
      'a pool that was not closed',
      process([], [], { journal: [{ is: 'listed' }, { is: 'exit' }] }),
      'did not close its three pools',
    ],
    [
      'anything after the exit',
      process([], [], { journal: [...POOLS, { is: 'listed' }, { is: 'exit' }, aborted('a')] }),
      'went on, or stopped, at its exit',
    ],
  ])('%s', (_what, run, problem) => {
    expect(judge([run])).toContain(problem);
  });
});
