import { MissingPeerError } from '../errors/index.js';

export interface OptionalPeerOptions<M> {
  /** Name of the package, as it is imported. */
  readonly name: string;
  /** Versions that will do. `peerDependencies` of this package says the same. */
  readonly range: string;
  /** What needs it, as the subject of a sentence: `The redis backend`. */
  readonly neededBy: string;
  /** Imports it, with the name written out, so that bundlers see it too: `() => import('ioredis')`. */
  readonly load: () => Promise<M>;
}

/**
 * A package that only users of one feature install. It is looked for when the feature is constructed, so that an app
 * without it does not boot, and loaded when the feature is used.
 *
 * @example
 * const ioredis = new OptionalPeer({
 *   name: 'ioredis',
 *   range: '^6.0.0',
 *   neededBy: 'The redis backend',
 *   load: () => import('ioredis'),
 * });
 * ioredis.assertInstalled(); // in the factory
 * const { Redis } = await ioredis.load(); // in open(); the module system keeps what was loaded
 */
export class OptionalPeer<M> {
  constructor(private readonly options: OptionalPeerOptions<M>) {}

  /** @throws MissingPeerError with the line that installs it, when it is not there; nothing is loaded */
  assertInstalled(): void {
    const cause = this.whyAbsent();
    if (cause !== undefined) throw this.missing(cause);
  }

  /**
   * The package. Calling again costs what an import of a loaded module costs.
   * @throws MissingPeerError when it is not there; what it throws itself while it is loaded, as it is
   */
  async load(): Promise<M> {
    try {
      return await this.options.load();
    } catch (error) {
      const cause = this.whyAbsent();
      throw cause === undefined ? error : this.missing(cause);
    }
  }

  /**
   * Resolved from here: a strict package manager links a peer beside the package that asks for it, and nowhere else.
   * Bundlers and some test runners have no `resolve`; there the import alone tells.
   */
  private whyAbsent(): unknown {
    if (typeof import.meta.resolve !== 'function') return undefined;
    try {
      import.meta.resolve(this.options.name);
      return undefined;
    } catch (error) {
      return error;
    }
  }

  private missing(cause: unknown): MissingPeerError {
    const { name, range, neededBy } = this.options;
    return new MissingPeerError(name, range, neededBy, { cause });
  }
}
