/** Whether an error is the answer to an abort: work that ends because it was told to has done as it should. */
export function isAbortAnswer(error: unknown, { aborted, reason }: AbortSignal): boolean {
  return aborted && (error === reason || (error instanceof Error && error.name === 'AbortError'));
}
