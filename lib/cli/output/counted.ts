/** @example counted(1, 'dead letter'); // '1 dead letter' */
export const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;
