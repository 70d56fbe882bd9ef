import type { Outcome, Payload } from '../../contract/index.js';
import { packError, packShortError } from '../stored-error.js';
import { toText } from './job-text.js';
import { toStoredJson } from './stored-payload.js';

/** How one settlement ends a run, as the functions take it. */
export function outcomeJson(outcome: Outcome): object {
  switch (outcome.kind) {
    case 'completed':
      return { kind: 'c', ...named('result', outcome.result) };
    case 'failed':
      return { kind: 'f', error: packError(outcome.error), short: packShortError(outcome.error) };
    case 'cancelled':
      return { kind: 'x', reason: toText(outcome.reason) };
    case 'retry':
      return {
        kind: 't',
        in: outcome.in,
        counts: outcome.countAttempt !== false,
        error: packError(outcome.error),
        short: packShortError(outcome.error),
      };
    case 'released':
      return {
        kind: 'r',
        in: outcome.in,
        counts: outcome.countAttempt,
        ...named('checkpoint', outcome.checkpoint),
        awaits: outcome.awaits === undefined ? undefined : toText(outcome.awaits),
      };
  }
}

/** A payload as two fields, of which it has one. */
export function named(field: string, payload: Payload | undefined): object {
  const { text, raw } = toStoredJson(payload);
  return {
    ...(text !== undefined && { [field]: text }),
    ...(raw !== undefined && { [`${field}_raw`]: raw }),
  };
}
