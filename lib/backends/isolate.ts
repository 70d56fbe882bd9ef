/** Calls somebody else's function in such a way that its failure breaks nothing of ours: it becomes a warning. */
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
