/** What is ordered, and what has to come of it. */
export interface Plan {
  readonly orders: readonly { readonly id: string; readonly to: string }[];
  /** The one that is packed at the second attempt. */
  readonly fragile: string;
  /** The one whose address nobody has. */
  readonly undeliverable: string;
}

/** @param count at least two */
export function planOf(count: number): Plan {
  const ids = Array.from({ length: count }, (_, place) => `OR-${String(place + 1).padStart(3, '0')}`);
  const [fragile, undeliverable] = [`${ids[0]}-fragile`, `${ids[1]}`];
  const orders = [fragile, ...ids.slice(1)].map((id) => ({
    id,
    to: id === undeliverable ? 'nobody@example.com' : 'ada@example.com',
  }));
  return { orders, fragile, undeliverable };
}
