import { FEATURES, type Capabilities, type TaskBackend } from '../contract/index.js';
import { TasksDisabledError } from '../errors/index.js';
import { MEMORY_CAPABILITIES } from './memory/memory-capabilities.js';
import { refusingBackend } from './refusing-backend.js';

/** With every feature: what is refused is the call, and not for a feature that its own backend would have. */
const CAPABILITIES: Capabilities = {
  ...MEMORY_CAPABILITIES,
  features: Object.fromEntries(FEATURES.map((feature) => [feature, true])) as Capabilities['features'],
};

/** Stands for a backend of an app whose tasks are switched off. */
export const disabledBackend = (): TaskBackend =>
  refusingBackend(
    CAPABILITIES,
    () => new TasksDisabledError('The tasks of this process are switched off (`enabled: false`).'),
  );
