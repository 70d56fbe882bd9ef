import type { ChaosRun } from '../harness/chaos-run.js';
import type { Fault } from '../harness/fault.js';
import { onRabbitMq } from './on-rabbitmq.js';

const KEEPS = 'which keeps its jobs itself';

/** The same, at the server that keeps the jobs of one that only moves them. */
export const onLedger = ({ name, fire }: Fault): Fault => ({
  name: `${name}, of the ledger`,
  absent: { redis: KEEPS, postgres: KEEPS, pgbouncer: KEEPS },
  fire: (run) => {
    const { ledger } = onRabbitMq(run.broker);
    // What was entered before is accepted when it is moved.
    const broker: unknown = Object.create(ledger, { takesWhatFits: { value: true } });
    return fire(Object.create(run, { broker: { value: broker } }) as ChaosRun);
  },
});
