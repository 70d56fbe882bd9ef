/** Waits until it is so. @throws when it is not within ten seconds */
export async function until(isSo: () => Promise<boolean>, what: string): Promise<void> {
  for (const deadline = performance.now() + 10_000; !(await isSo());) {
    if (performance.now() > deadline) throw new Error(`The fault did not happen: ${what}.`);
    await new Promise((resolve) => void setTimeout(resolve, 20));
  }
}
