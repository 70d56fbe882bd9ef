import type { RetentionOptions } from '../contract/index.js';
import { resolveRetention, type ResolvedRetention } from '../config/index.js';

/** How long finished jobs are kept, as it stands now: it can be changed while the app runs. */
export class RetentionSettings {
  constructor(private settings: ResolvedRetention) {}

  get current(): ResolvedRetention {
    return this.settings;
  }

  /** What is not given stays. @throws InvalidOptionError; nothing is changed then */
  change(given: RetentionOptions): void {
    this.settings = resolveRetention(given, this.settings);
  }
}
