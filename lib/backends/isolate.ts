/**
 * Calls somebody else's function in such a way that its failure breaks nothing of ours: it becomes a warning. One of the process, since what an
 * app has called here sees to its own failures and logs them; others have a backend without an app, and without a logger.
 */
export function isolate(call: () => unknown): void {
  try {
    const outcome = call();
    if (outcome instanceof Promise) outcome.catch(warn);
  } catch (error) {
    warn(error);
  }
}

function warn(error: unknown): void {
  process.emitWarning(error instanceof Error ? error : new Error(String(error)));
}
