import type { ResolvedOptions } from './resolved-options.js';

type Roles = Pick<ResolvedOptions, 'enabled' | 'role'>;

/** Whether workers may run in this process. */
export const runsJobs = ({ enabled, role }: Roles): boolean => enabled && role !== 'producer';

/** Why workers may not run in this process, as a sentence. */
export const whyNoWorkers = ({ enabled }: Roles): string =>
  enabled
    ? "This process only enqueues (`role: 'producer'`): it has no workers."
    : 'The tasks of this process are switched off (`enabled: false`): it has no workers.';
