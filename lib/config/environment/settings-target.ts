import type { ValidationIssue } from '../../errors/index.js';
import type { Setting, Step } from './read-environment.js';
import { toName, toSegment, toVariable } from './variable-name.js';

type Bag = Record<string, unknown>;

/** Where names come from that a variable can only spell in capitals. */
export interface KnownNames {
  /** Of queues that the source names, for entries that no code has. */
  readonly queues: readonly string[];
}

/**
 * Options that variables are written into: a copy, level by level, of what the code gave. Remembers which variable each
 * value came from.
 */
export class SettingsTarget {
  readonly options: Bag;
  /** Variables by the path of what they have set. */
  private readonly variables = new Map<string, string>();
  /** Beginnings of variables by the path of objects that only variables made. */
  private readonly sections = new Map<string, string>();
  /** Variables that contradict one another. */
  readonly problems: ValidationIssue[] = [];
  /** By which segment variables have spelled an entry of a list, by its path. */
  private readonly spellings = new Map<string, string>();
  /** Entries that only variables have made, by their list. */
  private readonly made = new Map<string, Map<string, Bag>>();

  constructor(
    given: object,
    private readonly known: KnownNames,
  ) {
    this.options = { ...given };
  }

  /** Segments of tasks that no code names. */
  get taskSegments(): readonly string[] {
    return [...(this.made.get('tasks')?.keys() ?? [])];
  }

  /** Names of queues that no code has. */
  get addedQueues(): readonly string[] {
    return [...(this.made.get('queues')?.values() ?? [])].map(({ name }) => String(name));
  }

  /** @param name What `NAME` says of the entry, when it is one. */
  set(setting: Setting, name?: string): void {
    let target: Bag | undefined = this.options;
    let path = '';
    const spelled: string[] = [];
    for (const [at, step] of setting.steps.entries()) {
      spelled.push('entry' in step ? step.entry : toSegment(step.key));
      const isLast = at === setting.steps.length - 1;
      const key = this.keyOf(target, path, step, name);
      if (key === undefined) return;
      const next = path === '' ? key : `${path}.${key}`;
      if (isLast) {
        target[key] = setting.value;
        this.variables.set(next, setting.variable);
        return;
      }
      if (this.contradicts(setting, next, target[key], step)) return;
      target = this.below(target, key, setting.steps[at + 1] as Step, next, toVariable(spelled));
      path = next;
      if (target === undefined) return;
    }
  }

  /** What a problem is told of: the variable that set it, or would, else the path. */
  placeOf(path: string): string {
    const steps = path.split('.');
    for (let length = steps.length; length > 0; length--) {
      const above = steps.slice(0, length).join('.');
      const variable = this.variables.get(above);
      if (variable !== undefined) return variable;
      const section = this.sections.get(above);
      if (section !== undefined) return [section, ...steps.slice(length).map(toSegment)].join('__');
    }
    return path;
  }

  /** Whether another variable has switched off what this one sets, or has set the same entry under another name. */
  private contradicts({ variable }: Setting, path: string, known: unknown, step: Step): boolean {
    const switchedBy = known === false ? this.variables.get(path) : undefined;
    if (switchedBy !== undefined) {
      this.problems.push({ path: variable, message: `cannot be given together with ${switchedBy}=false` });
      return true;
    }
    if (!('entry' in step)) return false;
    const spelling = this.spellings.get(path) ?? step.entry;
    this.spellings.set(path, spelling);
    if (spelling === step.entry) return false;
    this.problems.push({
      path: variable,
      message: `sets the same entry as the variables with ${spelling} in the place of ${step.entry}: write one of the two`,
    });
    return true;
  }

  /** The object or list under a key, copied; made when there is none. Undefined where code has given something else. */
  private below(target: Bag, key: string, next: Step, path: string, variable: string): Bag | undefined {
    const known = target[key];
    if (known === undefined || known === null || typeof known === 'boolean') {
      const isList = 'entry' in next && path !== 'tasks';
      target[key] = isList ? [] : {};
      if (!isList && path !== 'tasks') this.sections.set(path, variable);
    } else if (typeof known === 'object') {
      target[key] = Array.isArray(known) ? [...(known as unknown[])] : { ...known };
    } else return undefined;
    return target[key] as Bag;
  }

  /** The key of a step; for an entry, the place that it has in its list or record. */
  private keyOf(target: Bag, path: string, step: Step, name: string | undefined): string | undefined {
    if ('key' in step) return step.key;
    const { entry: segment } = step;
    if (!Array.isArray(target)) {
      const names = Object.keys(target);
      const known = names.find((one) => toSegment(one) === segment);
      if (known === undefined) this.note(path, segment, {});
      return known ?? segment;
    }
    const list = target as unknown[];
    const nameAt = (place: number): string => {
      const own = (list[place] as { readonly name?: unknown } | null)?.name;
      return typeof own === 'string' ? own : '';
    };
    const fits = (place: number) =>
      name === undefined ? toSegment(nameAt(place)) === segment : nameAt(place) === name;
    const place = [...list.keys()].find(fits);
    if (place !== undefined) return String(place);
    const entry = { name: name ?? this.nameOf(path, segment) };
    this.note(path, segment, entry);
    this.sections.set(`${path}.${list.length}`, toVariable([toSegment(path), segment]));
    return String(list.push(entry) - 1);
  }

  private nameOf(list: string, segment: string): string {
    const names = list === 'queues' ? this.known.queues : [];
    return names.find((one) => toSegment(one) === segment) ?? toName(segment);
  }

  private note(list: string, segment: string, entry: Bag): void {
    const made = this.made.get(list) ?? new Map<string, Bag>();
    this.made.set(list, made.set(segment, entry));
  }
}
