import type { TaskOptions, TaskOverrides } from '../contract/index.js';
import type { ValidationIssue } from '../errors/index.js';
import { toSegment, toVariable } from './environment/variable-name.js';
import { didYouMean } from './nearest-name.js';
import type { ResolvedTasks } from './resolved-options.js';

/** What the options say of a task. */
export function overridesOf(tasks: ResolvedTasks, name: string): TaskOverrides | undefined {
  const exact = tasks.byName.get(name);
  if (exact !== undefined || tasks.bySegment.size === 0) return exact;
  return tasks.bySegment.get(toSegment(name));
}

/** The options of `@Task()` with what the configuration says in their place, key by key. */
export function withOverrides(given: TaskOptions, overrides: TaskOverrides | undefined): TaskOptions {
  if (overrides === undefined) return given;
  const said = onlySaid(overrides);
  const { scheduleAt, ...rest } = given;
  return {
    ...rest,
    // Both say when a call is due: what the configuration says is meant.
    ...(scheduleAt === undefined || said.delay !== undefined ? {} : { scheduleAt }),
    ...said,
    ...(said.retry === undefined ? {} : { retry: { ...given.retry, ...onlySaid(said.retry) } }),
    ...(said.circuitBreaker === undefined
      ? {}
      : { circuitBreaker: breakerOf(given.circuitBreaker, said.circuitBreaker) }),
  };
}

/** `true` switches on what the task has; an object changes single keys of it. */
function breakerOf(
  own: TaskOptions['circuitBreaker'],
  said: NonNullable<TaskOptions['circuitBreaker']>,
): TaskOptions['circuitBreaker'] {
  const settings = typeof own === 'object' ? own : {};
  if (said === true) return { ...settings };
  return said === false ? false : { ...settings, ...onlySaid(said) };
}

/** A task that the configuration names and this process does not know. */
export interface UnknownTask extends ValidationIssue {
  /** Whether one that it knows has nearly that name. */
  readonly isNear: boolean;
}

/** @param known Names of all tasks of this process. */
export function unknownTasks(tasks: ResolvedTasks, known: readonly string[]): UnknownTask[] {
  const segments = tasks.bySegment.size === 0 ? [] : known.map(toSegment);
  const issue = (path: string, name: string, names: readonly string[]): UnknownTask => {
    const nearest = didYouMean(name, names);
    const hint = nearest === '' ? listed(names) : nearest;
    return { path, message: `no task of this process has this name.${hint}`, isNear: nearest !== '' };
  };
  return [
    ...[...tasks.byName.keys()]
      .filter((name) => !known.includes(name))
      .map((name) => issue(`tasks.${name}`, name, known)),
    ...[...tasks.bySegment.keys()]
      .filter((segment) => !segments.includes(segment))
      .map((segment) => issue(toVariable(['TASKS', segment]), segment, segments)),
  ];
}

/** Names that a message shows where none of them is nearly right. */
const SHOWN = 10;

function listed(names: readonly string[]): string {
  if (names.length === 0) return '';
  const more = names.length > SHOWN ? `, and ${names.length - SHOWN} more` : '';
  return ` Known: ${names.slice(0, SHOWN).join(', ')}${more}.`;
}

function onlySaid<T extends object>(given: T): Partial<T> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined)) as Partial<T>;
}
