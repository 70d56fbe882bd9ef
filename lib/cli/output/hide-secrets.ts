import { redactText } from '../../backends/index.js';

/** A text that may quote an address: whatever is between `//` and `@` in it is not shown. */
export const hideSecrets = (text: string): string => redactText(text);
