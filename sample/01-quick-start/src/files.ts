import { fileURLToPath } from 'node:url';

const path = (relative: string): string => fileURLToPath(new URL(`../${relative}`, import.meta.url));

export const ORDERS_FILE = path('data/orders.csv');
/** Which lines of the order file were spoiled, and which field each error must name. */
export const MALFORMED_FILE = path('data/malformed.json');
export const OUT_DIR = path('out');
