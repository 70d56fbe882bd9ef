/** Any function, whatever it takes. */
type Callable = (...args: never[]) => unknown;

/**
 * The library fast-check, version 4, as its user hands it in: nobody who does not want the property test needs it, nor
 * its types.
 */
export interface FastCheckLibrary {
  readonly assert: Callable;
  readonly asyncModelRun: Callable;
  readonly asyncProperty: Callable;
  readonly commands: Callable;
}
