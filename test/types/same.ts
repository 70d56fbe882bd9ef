/** Whether two types are the very same, `any` and `readonly` included. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- comparing two generic functions is what tells types apart
export type Same<A, B> = (<T>() => T extends A ? 1 : 2) extends <T>() => T extends B ? 1 : 2 ? true : false;

/** Compiles only with what `Same<A, B>` is. */
export function same<A, B>(_answer: Same<A, B>): void {}
