import { z } from 'zod';

/** What everybody may ask to be sent, programs in other languages too. */
export const emailSchema = z.strictObject({
  to: z.string().min(1).max(320),
  subject: z.string().min(1).max(200),
});

export type Email = z.infer<typeof emailSchema>;

/** That one was sent. */
export interface Receipt extends Email {
  readonly attempt: number;
  /** When, in milliseconds since 1970. */
  readonly at: number;
}
