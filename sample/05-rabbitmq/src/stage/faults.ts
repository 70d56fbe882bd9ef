import type { Email, Receipt } from '../notifications/email.js';

/** What should have been sent, and when at the earliest. */
export interface Expected extends Email {
  readonly notBefore?: number | undefined;
}

const nameOf = ({ to, subject }: Email): string => `"${subject}" to ${to}`;

/** Holds what was sent against what should have been. @returns a line for everything that differs; none when all is well */
export function faultsOf(sent: readonly Receipt[], expected: readonly Expected[]): string[] {
  const left = new Map<string, Receipt[]>();
  for (const receipt of sent) {
    const name = nameOf(receipt);
    left.set(name, [...(left.get(name) ?? []), receipt]);
  }
  const faults: string[] = [];
  for (const email of expected) {
    const receipts = left.get(nameOf(email)) ?? [];
    left.delete(nameOf(email));
    if (receipts.length !== 1) faults.push(`${nameOf(email)} was sent ${receipts.length} times`);
    const early = (email.notBefore ?? 0) - (receipts[0]?.at ?? Infinity);
    if (early > 0) faults.push(`${nameOf(email)} was sent ${early} ms too early`);
  }
  for (const name of left.keys()) faults.push(`${name} was sent, and nobody asked for it`);
  return faults;
}
