/** What a promise rejects with. Taken at once, so that the rejection is handled however late it is looked at. */
export function rejection<E = Error>(promise: Promise<unknown> | undefined): Promise<E> {
  const resolved = (value: unknown): never => {
    throw new Error(`The promise did not reject; it resolved with ${JSON.stringify(value)}.`);
  };
  return (promise ?? Promise.resolve()).then(resolved, (error: E) => error);
}
