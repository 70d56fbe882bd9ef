export { createRabbitMqBackend } from './create-rabbitmq-backend.js';
export { RABBITMQ_CAPABILITIES } from './rabbitmq-capabilities.js';
export type { RabbitMqBackendOptions } from './rabbitmq-options.js';
