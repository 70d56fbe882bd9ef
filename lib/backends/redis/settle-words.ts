import type { Outcome, Settlement } from '../../contract/index.js';
import { packPayload } from './packed-payload.js';
import { packProgress } from './rare-part.js';
import type { RedisArgument } from './redis-session.js';
import { packError, packShortError } from '../stored-error.js';

/** How one settlement ends a run, as scripts take it: kind, progress or nothing, four words by kind. */
export function settleWords({ outcome, progress }: Settlement): RedisArgument[] {
  const [kind, ...words] = outcomeWords(outcome);
  return [kind as RedisArgument, progress === undefined ? '' : packProgress(progress), ...words];
}

function outcomeWords(outcome: Outcome): RedisArgument[] {
  switch (outcome.kind) {
    case 'completed':
      return ['c', outcome.result === undefined ? '' : packPayload(outcome.result), '', '', ''];
    case 'failed':
      return ['f', packError(outcome.error), packShortError(outcome.error), '', ''];
    case 'cancelled':
      return ['x', outcome.reason, '', '', ''];
    case 'retry':
      return [
        't',
        outcome.in,
        outcome.countAttempt === false ? 0 : 1,
        packError(outcome.error),
        packShortError(outcome.error),
      ];
    case 'released':
      return [
        'r',
        outcome.in ?? '',
        outcome.countAttempt ? 1 : 0,
        outcome.checkpoint === undefined ? '' : packPayload(outcome.checkpoint),
        outcome.awaits === undefined ? '' : `=${outcome.awaits}`,
      ];
  }
}
