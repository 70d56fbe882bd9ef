import type { Ms, Receipt } from '../../contract/index.js';
import { Hold } from './hold.js';
import type { RabbitMqParts } from './rabbitmq-parts.js';
import { abandon } from './abandon.js';

/**
 * Lengthens leases at the ledger. Without one that all share the broker's delivery is the lease: a job whose channel is gone, and whose message
 * has not come back here, may run elsewhere.
 */
export async function extendLeases(
  parts: RabbitMqParts,
  receipts: readonly Receipt[],
  lease: Ms,
): Promise<{ lost: Receipt[]; cancelled: Receipt[] }> {
  const holds = new Map(receipts.map((receipt) => [Hold.of(receipt).job.receipt, Hold.of(receipt)]));
  const { lost, cancelled } = await parts.ledger.extend([...holds.keys()], lease);
  const gone = new Set(lost);
  if (parts.loose !== undefined && parts.broker.isUp) {
    for (const [receipt, { delivery }] of holds) if (delivery?.isLive === false) gone.add(receipt);
  }
  if (gone.size > 0)
    await abandon(
      parts,
      [...gone].map((receipt) => holds.get(receipt) as Hold),
    );
  parts.broker.intake.flush();
  const ours = (receipt: Receipt): Receipt => (holds.get(receipt) as Hold).receipt;
  return {
    lost: [...gone].map(ours),
    cancelled: cancelled.filter((receipt) => !gone.has(receipt)).map(ours),
  };
}
