import { z } from 'zod';

export const COLUMNS = [
  'orderId',
  'orderedAt',
  'customer',
  'email',
  'sku',
  'quantity',
  'unitPrice',
  'currency',
] as const;

/** An order as somebody sent it, from a file or over HTTP: anything may be missing or wrong. */
export type OrderDraft = { readonly [C in (typeof COLUMNS)[number]]?: string | number } & {
  /** What stood in a row after its last column. */
  readonly surplus?: readonly string[];
};

/** The only door: behind it an order is what it says. Its id becomes a file's name, so its form matters. */
export const orderSchema = z.strictObject({
  orderId: z.string().regex(/^[A-Z]{2}-\d{6}$/),
  orderedAt: z.iso.date(),
  customer: z.string().trim().min(1).max(200),
  email: z.email(),
  sku: z.string().regex(/^[A-Z0-9-]{2,20}$/),
  quantity: z.coerce.number().int().min(1).max(1_000),
  unitPrice: z.coerce.number().positive().max(100_000),
  currency: z.enum(['EUR', 'USD', 'GBP', 'CHF']),
});

export type Order = z.infer<typeof orderSchema>;

/** What is wrong with an order, in one line. */
export const faultsOf = (error: z.ZodError): string =>
  error.issues.map(({ path, message }) => [...path, message].join(': ')).join('; ');

/** Money is counted in whole cents: 3 × 59.90 is 179.70000000000002 otherwise. */
export const totalCents = (order: Order): number => Math.round(order.unitPrice * 100) * order.quantity;
