/** The library, as its user hands it in: nobody who does not want the property test needs it. */
export type FastCheck = (typeof import('fast-check'))['default'];
