import { resolveOptions } from '../../../lib/config/index.js';

/** The module's defaults, and a timeout cap that tests can see at work. */
export const OPTIONS = resolveOptions({ timeout: { max: '10m' }, retry: { maxRetries: 3 } });
