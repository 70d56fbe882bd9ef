import type { Fault } from './fault.js';

export const IS_LONG = process.env['TASKS_TEST_LONG'] === '1';

/** What happens together in a run, and what that is called. */
export type Together = readonly [title: string, faults: readonly Fault[]];

/** `npm run test:long` gives each its own run, so that one is seen alone; `npm test` lets all happen in one, one after the other. */
export function shareRuns(title: string, all: readonly Together[]): readonly Together[] {
  return IS_LONG ? all : [[title, all.flatMap(([, faults]) => faults)]];
}
