import type { CommandLine } from './command-line.js';
import { lookAtCommandLine } from './look-at-command-line.js';
import { lookAtHealth } from './look-at-health.js';
import { lookAtMetrics } from './look-at-metrics.js';
import { lookAtTheEnd } from './look-at-the-end.js';
import { lookAtTraces } from './look-at-traces.js';
import { planOf } from './plan.js';
import type { Relay } from './relay.js';
import { Report } from './report.js';
import type { ShopProcess } from './shop-process.js';

const ORDERS = 12;

export interface Stage {
  readonly shop: ShopProcess;
  readonly cli: CommandLine;
  /** The broker whose line is cut for a while. */
  readonly broker: string;
  readonly relay: Relay;
  /** The command line, told of brokers as the shop is: by way of the line. */
  readonly overRelay: CommandLine;
}

/** Has orders done, and looks at all there is to see. @returns whether all is well */
export async function play(stage: Stage): Promise<boolean> {
  const { shop, cli } = stage;
  const report = new Report();
  const plan = planOf(ORDERS);
  await Promise.all(plan.orders.map((order) => shop.order(order)));
  await lookAtMetrics(shop, plan, report);
  console.log(`traces      ${lookAtTraces(shop.spans, plan, report)}`);
  await lookAtCommandLine(shop, cli, plan, report);
  await lookAtHealth(shop, stage, report);
  await lookAtTheEnd(shop, cli, report);
  for (const fault of report.faults) console.error(`  differs: ${fault}`);
  console.log(
    report.faults.length === 0
      ? `self-check  ${report.looks} looks, all as they should be`
      : 'self-check  FAILED',
  );
  return report.faults.length === 0;
}
