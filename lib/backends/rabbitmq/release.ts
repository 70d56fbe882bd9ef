import type { Hold } from './hold.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';

/** Lets go of a job: its message is acknowledged. */
export function release({ holds, broker, clock }: RabbitMqParts, hold: Hold, isGivenBack = false): void {
  holds.remove(hold);
  if (hold.isSettled) return;
  hold.isSettled = true;
  broker.intake.held(clock.now() - hold.since);
  const { delivery } = hold;
  if (delivery === undefined) return;
  const feed = broker.intake.feed(hold.job.queue);
  if (feed.running > 0) feed.running--;
  if (isGivenBack) delivery.nack();
  else delivery.ack();
}
