/** Milliseconds, or a text such as `'30s'`, `'5m'`, `'1h'`, `'2 days'`. Never negative. */
export type Duration = number | string;
