/** Named priorities. Any whole number from 0 to 20 is allowed; a higher one runs first. */
export const Priority = { LOW: 0, NORMAL: 5, HIGH: 10, CRITICAL: 20 } as const;

/** A whole number from 0 to 20. Default 5 (`Priority.NORMAL`). */
export type Priority = number;

export const LOWEST_PRIORITY = 0;
export const HIGHEST_PRIORITY = 20;
