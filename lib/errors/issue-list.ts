/** What is wrong with one part of a payload or of the options. */
export interface ValidationIssue {
  /** Dotted path of the value; empty for the whole. */
  readonly path: string;
  readonly message: string;
}

/** Issues that a message tells of; `issues` of the error has all. */
const SHOWN = 10;

/** Issues as part of a message: one line, so that a log line stays one. */
export function issueList(issues: readonly ValidationIssue[]): string {
  const shown = issues.slice(0, SHOWN).map(({ path, message }) => `${path || '(payload)'}: ${message}`);
  if (issues.length > SHOWN) shown.push(`… and ${issues.length - SHOWN} more`);
  return shown.join('; ');
}
