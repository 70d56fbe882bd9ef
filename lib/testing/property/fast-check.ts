/** The library as the model uses it. Never in a public signature: its types are absent where it is not installed. */
export type FastCheck = (typeof import('fast-check'))['default'];
