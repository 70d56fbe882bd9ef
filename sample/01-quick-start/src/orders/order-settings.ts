export const ORDER_SETTINGS = Symbol('ORDER_SETTINGS');

export interface OrderSettings {
  /** Where the invoices go. */
  readonly outDir: string;
  /** How long the mail server takes for a message, in milliseconds. */
  readonly mailLatency: number;
}
