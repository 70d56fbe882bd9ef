import type { Environment } from '../../contract/index.js';
import type { ValidationIssue } from '../../errors/index.js';
import { nearestName } from '../nearest-name.js';
import { readText, UnreadableText } from './read-text.js';
import { segmentsOf, toSegment, toVariable } from './variable-name.js';
import type { VariableNode } from './variable-tree.js';

/** A step on the way to an option: a key, or an entry of a list or record by the segment of its name. */
export type Step = { readonly key: string } | { readonly entry: string };

/** What one variable says. */
export interface Setting {
  readonly variable: string;
  readonly steps: readonly Step[];
  readonly value: unknown;
}

export interface ReadEnvironment {
  /** By the names of their variables. */
  readonly settings: readonly Setting[];
  /** Variables that name nothing, and texts that are not of their kind. */
  readonly problems: readonly ValidationIssue[];
}

/** Names of fields that a message about a section shows. */
const SHOWN = 3;

/** What the variables of this package say, in the order of their names. Empty ones are not given. */
export function readEnvironment(env: Environment, root: VariableNode): ReadEnvironment {
  const settings: Setting[] = [];
  const problems: ValidationIssue[] = [];
  for (const variable of Object.keys(env).toSorted()) {
    const segments = segmentsOf(variable);
    const text = String(env[variable] ?? '').trim();
    if (segments === undefined || text === '') continue;
    const found = find(root, segments);
    if (typeof found === 'string') {
      problems.push({ path: variable, message: found });
      continue;
    }
    const value = found.node.kind === undefined ? undefined : readText(text, found.node.kind);
    const isNoObject =
      found.node.isFree === true && (typeof value !== 'object' || value === null || Array.isArray(value));
    if (isNoObject) problems.push({ path: variable, message: freeMessage(segments) });
    else if (value instanceof UnreadableText) problems.push({ path: variable, message: value.message });
    else if (value === undefined)
      problems.push({ path: variable, message: sectionMessage(found.node, segments) });
    else settings.push({ variable, steps: found.steps, value });
  }
  return { settings, problems };
}

/** The place that a variable names, or why there is none. */
function find(
  root: VariableNode,
  segments: readonly string[],
): { readonly node: VariableNode; readonly steps: readonly Step[] } | string {
  let node = root;
  const steps: Step[] = [];
  for (const [at, segment] of segments.entries()) {
    if (node.isFree === true) {
      const rest = segments.slice(at).map((free) => ({ key: toKey(free) }));
      return { node: { kind: 'any', children: new Map() }, steps: [...steps, ...rest] };
    }
    const child = node.children.get(segment);
    if (child !== undefined) {
      steps.push({ key: child.key });
      node = child.node;
    } else if (node.entry !== undefined && segment !== '') {
      const written = toSegment(segment);
      if (written !== segment)
        return `is not a variable. Did you mean "${toVariable([...segments.slice(0, at), written, ...segments.slice(at + 1)])}"?`;
      steps.push({ entry: segment });
      node = node.entry;
    } else return unknownMessage(node, segments, at);
  }
  return { node, steps };
}

function unknownMessage(node: VariableNode, segments: readonly string[], at: number): string {
  const before = segments.slice(0, at);
  const nearest = nearestName(segments[at] ?? '', node.children.keys());
  if (nearest !== undefined) {
    return `is not a variable. Did you mean "${toVariable([...before, nearest, ...segments.slice(at + 1)])}"?`;
  }
  if (node.children.size === 0 && at > 0) return `is not a variable. Did you mean "${toVariable(before)}"?`;
  return 'is not a variable.';
}

function sectionMessage({ children, entry }: VariableNode, segments: readonly string[]): string {
  const below = entry === undefined ? children : new Map([['<NAME>', undefined]]);
  const shown = [...below.keys()].slice(0, SHOWN).map((segment) => toVariable([...segments, segment]));
  return `is a section and has no value of its own; its variables begin with ${shown.join(', ')}.`;
}

const freeMessage = (segments: readonly string[]): string =>
  `must be an object in JSON; its single fields have variables of their own, such as ${toVariable([...segments, 'PREFIX'])}.`;

/** `POOL_SIZE` is `poolSize`. */
const toKey = (segment: string): string =>
  segment.toLowerCase().replace(/_([a-z0-9])/gu, (_match, letter: string) => letter.toUpperCase());
