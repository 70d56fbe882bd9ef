import { z } from 'zod';

export const Order = z.object({
  id: z.string().min(1),
  to: z.email(),
  /** How long it takes to pack, in milliseconds. */
  packing: z.number().min(0).default(0),
});
export type Order = z.output<typeof Order>;

export const Mail = z.object({ order: z.string(), to: z.email() });
