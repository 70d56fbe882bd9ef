/** Why a job is cancelled whose dependency did not complete. */
export const DEPENDENCY_FAILED = 'dependency-failed';
