import type { BackendFinding } from '../../contract/index.js';
import { isInstance, TaskError } from '../../errors/index.js';
import { hideSecrets } from '../output/hide-secrets.js';

/** Something that is wrong: what, of what, what follows, and what to do. */
export interface Finding extends BackendFinding {
  /** `backend redis`, `queue mails`, `app`. */
  readonly subject: string;
}

/** What was looked at and found right, as a sentence. */
export type Check = string;

export interface Examined {
  readonly findings: readonly Finding[];
  readonly checks: readonly Check[];
}

/** What an error says, as a finding. */
export function findingOf(subject: string, code: string, error: unknown): Finding {
  const known = isInstance(error, TaskError) ? error : undefined;
  const message = known?.message ?? (error instanceof Error ? error.message : String(error));
  return {
    subject,
    code,
    severity: 'error',
    message: hideSecrets(message),
    remedy: known?.remedy ?? 'See the same with `--verbose`.',
  };
}
