import type { DependencyPolicy, ParentOutcome } from '../../contract/index.js';
import type { DependencyLink } from './dependency-links.js';
import { ownPayload } from './own-payload.js';
import { GONE, stateName } from './state-code.js';

/** What a job is told of one that it depended on. A removed one counts as cancelled. */
export function parentOutcome(link: DependencyLink, policy: DependencyPolicy): ParentOutcome {
  const { queue, id, parent } = link;
  const state =
    parent === undefined ? link.outcome : parent.state === GONE ? 'cancelled' : stateName(parent.state);
  const outcome = { queue, id, state: state as ParentOutcome['state'] };
  if (parent === undefined) return outcome;
  const known = { ...outcome, name: parent.kind.name };
  const { result, error } = parent.rare ?? {};
  if (state === 'completed' && result !== undefined) {
    return { ...known, codec: parent.kind.codec, result: ownPayload(result) };
  }
  if (state === 'failed' && policy === 'continue' && error !== undefined) return { ...known, error };
  return known;
}
