import type { NamedBackendOptions, TasksModuleOptions } from 'nestjs-tasks';

/** What an order goes through, and the broker that each lane is on where it is there. */
export const LANES = { orders: 'redis', invoices: 'postgres', mails: 'rabbitmq' } as const;

/** The brokers that `SHOP_BACKENDS` names, as JSON; a lane whose own is not among them is on the first. Without any, all is in memory. */
export function tasksOptions(env: NodeJS.ProcessEnv): TasksModuleOptions {
  const backends = JSON.parse(
    env['SHOP_BACKENDS'] ?? '[{ "name": "memory", "type": "memory" }]',
  ) as NamedBackendOptions[];
  const queues = Object.entries(LANES).map(([name, broker]) => ({
    name,
    ...(backends.some((backend) => backend.name === broker) ? { backend: broker } : {}),
  }));
  return { backends, queues, logging: 'none' };
}
