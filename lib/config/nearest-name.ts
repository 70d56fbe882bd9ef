import { distance } from 'fastest-levenshtein';

/** The share of its letters that may differ: two of five, so that `emial` still finds `email`. */
const MOST_WRONG = 0.4;
/** Longer ones are attacks, not typos. */
const LONGEST_TYPO = 128;

/** The known name that a mistyped one probably means. Two letters that changed places count as two that differ. */
export function nearestName(name: string, known: Iterable<string>): string | undefined {
  if (name.length > LONGEST_TYPO) return undefined;
  const wanted = name.toLowerCase();
  let nearest: string | undefined;
  let least = Math.ceil(name.length * MOST_WRONG) + 1;
  for (const candidate of known) {
    const steps = distance(wanted, candidate.toLowerCase());
    if (steps < least) {
      least = steps;
      nearest = candidate;
    }
  }
  return nearest;
}

/** The end of a message about an unknown name. */
export function didYouMean(name: string, known: Iterable<string>): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : ` Did you mean "${nearest}"?`;
}
