/** Makes JavaScript of the harness and of its processes. */
export declare function transpile(): Promise<void>;
