import type { Environment, QueueOptions, TasksModuleOptions } from '../../contract/index.js';
import type { ValidationIssue } from '../../errors/index.js';
import { readEnvironment, type Setting } from './read-environment.js';
import { type KnownNames, SettingsTarget } from './settings-target.js';
import { toSegment, toVariable } from './variable-name.js';
import type { VariableNode } from './variable-tree.js';

type Queues = readonly (string | QueueOptions)[];

export interface AppliedEnvironment {
  /** What the code gave, with what variables say in its place. */
  readonly options: TasksModuleOptions;
  /** The queues of features: one that a variable speaks of stands in the options now, and here by its name alone. */
  readonly features: readonly Queues[];
  /** Segments of tasks that only variables name. */
  readonly taskSegments: readonly string[];
  /** Names of queues that only variables add. */
  readonly addedQueues: readonly string[];
  readonly problems: readonly ValidationIssue[];
  /** The variable that a path came from, or the path. */
  placeOf(path: string): string;
}

/** Puts what the environment says in the place of what the code says. */
export function applyEnvironment(
  given: TasksModuleOptions,
  env: Environment,
  tree: VariableNode,
  features: readonly Queues[],
  known: KnownNames,
): AppliedEnvironment {
  const { settings, problems } = readEnvironment(env, tree);
  const spoken = new Set(settings.flatMap(({ steps }) => entryOf('queues', steps) ?? []));
  const brought = adopt(given, features, spoken);
  const target = new SettingsTarget(brought.options, known);
  for (const setting of inOrder(settings)) target.set(setting, nameOf(setting, settings));
  return {
    options: target.options,
    features: brought.features,
    taskSegments: target.taskSegments,
    addedQueues: target.addedQueues,
    problems: [...problems, ...target.problems, ...noPrimary(given, target.options)],
    placeOf: (path) => target.placeOf(path),
  };
}

/** An entry's segment, when the steps lead into this list. */
function entryOf(list: string, [first, second]: Setting['steps']): string | undefined {
  return first !== undefined &&
    'key' in first &&
    first.key === list &&
    second !== undefined &&
    'entry' in second
    ? second.entry
    : undefined;
}

/** What `TASKS__QUEUES__EXPORTS__NAME` says for all variables of that entry. */
function nameOf({ steps }: Setting, all: readonly Setting[]): string | undefined {
  const [list, entry] = steps;
  if (list === undefined || entry === undefined || !('key' in list) || !('entry' in entry)) return undefined;
  const variable = toVariable([toSegment(list.key), entry.entry, 'NAME']);
  const value = all.find((other) => other.variable === variable)?.value;
  return typeof value === 'string' ? value : undefined;
}

/** A backend that is called primary comes first: it is the primary one, unless another is flagged. */
function inOrder(settings: readonly Setting[]): Setting[] {
  const isPrimary = ({ steps }: Setting) => entryOf('backends', steps) === 'PRIMARY';
  return [...settings.filter(isPrimary), ...settings.filter((setting) => !isPrimary(setting))];
}

/** Queues of features that variables speak of move into the options: there is one place then where all is said. */
function adopt(
  given: TasksModuleOptions,
  features: readonly Queues[],
  spoken: ReadonlySet<string>,
): { readonly options: TasksModuleOptions; readonly features: readonly Queues[] } {
  const own: unknown = given?.queues ?? [];
  if (!Array.isArray(own) || spoken.size === 0) return { options: given, features };
  const adopted = new Map<string, QueueOptions>();
  const isOwn = (name: string) => own.some((queue: { name?: unknown } | null) => queue?.name === name);
  for (const queue of features.flat()) {
    if (typeof queue === 'string' || !spoken.has(toSegment(String(queue?.name)))) continue;
    if (!isOwn(queue.name) && !adopted.has(queue.name)) adopted.set(queue.name, queue);
  }
  const bare = (queue: string | QueueOptions) =>
    typeof queue !== 'string' && adopted.get(queue.name) === queue ? queue.name : queue;
  return {
    options: { ...given, queues: [...(own as QueueOptions[]), ...adopted.values()] },
    features: features.map((queues) => queues.map(bare)),
  };
}

/** Of several backends that only variables name, none of them `PRIMARY`, one must say that it is. */
function noPrimary(given: TasksModuleOptions, options: TasksModuleOptions): ValidationIssue[] {
  const backends = options.backends ?? [];
  if (given.backends !== undefined || !Array.isArray(backends) || backends.length < 2) return [];
  if (backends[0]?.name === 'primary' || backends.some(({ primary }) => primary === true)) return [];
  const variables = backends.map(({ name }) => toVariable(['BACKENDS', toSegment(name), 'PRIMARY']));
  return [
    {
      path: 'TASKS__BACKENDS',
      message: `none says that it is the primary one. Set ${variables.join(' or ')} to true`,
    },
  ];
}
