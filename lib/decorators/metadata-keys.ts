/**
 * Fixed texts, so that two copies of this package in one `node_modules` still see each other's decorators; a random key
 * (`DiscoveryService.createDecorator`) would hide them.
 */
export const OWN_KEYS = 'tasks:';
export const TASK_METADATA = 'tasks:task';
export const LISTENER_METADATA = 'tasks:listener';
export const MIDDLEWARE_METADATA = 'tasks:middleware';
export const BACKGROUND_METADATA = 'tasks:background';
export const SCHEDULE_METADATA = 'tasks:schedule';
export const CLIENT_TOKEN_METADATA = 'tasks:client-token';
