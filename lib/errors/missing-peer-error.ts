import { TaskError, type TaskErrorOptions } from './task-error.js';

/** A package is used that is optional to install, and it is not installed. */
export class MissingPeerError extends TaskError {
  /** The line that mends it. */
  readonly install: string;

  constructor(
    /** Name of the package. */
    readonly peer: string,
    /** Versions that will do, as in a `package.json`. */
    readonly range: string,
    /** What is used, as the subject of a sentence. */
    readonly neededBy: string,
    options: TaskErrorOptions = {},
  ) {
    const install = `npm install "${peer}@${range}"`;
    super(
      'TASKS_MISSING_PEER',
      `${neededBy} needs the package "${peer}", which is not installed: ${install}`,
      {
        remedy: `Run \`${install}\` in the app.`,
        ...options,
      },
    );
    this.install = install;
  }
}
