import type { AppProcess } from './app-process.js';
import { Customer } from './customer.js';
import { faultsOf } from './faults.js';
import { readLedger, untilBegun } from './ledger-file.js';

const ORDERS = 200;
const PACKING_MS = 20;
/** Packed while its worker is killed. */
const INTERRUPTED = { orderId: 'OR-900001', packing: 500 };

export interface Cast {
  /** Where the API serves. */
  readonly url: string;
  readonly api: AppProcess;
  readonly workers: readonly AppProcess[];
  /** The file that the workers write to. */
  readonly ledger: string;
}

/** Has orders packed, kills a worker over one, and checks what came of it. @returns whether all is well */
export async function play({ url, api, workers, ledger }: Cast): Promise<boolean> {
  console.log(`processes   API ${api.pid}, workers ${workers.map(({ pid }) => pid).join(' and ')}`);
  const customer = new Customer(url);
  const orderIds = Array.from({ length: ORDERS }, (_, at) => `OR-${String(at + 1).padStart(6, '0')}`);
  const hrefs = await Promise.all(
    orderIds.map((orderId) => customer.order({ orderId, packing: PACKING_MS })),
  );
  const receipts = await Promise.all(hrefs.map((href) => customer.receipt(href)));
  const shares = workers.map(({ pid }) => receipts.filter((receipt) => receipt.pid === pid).length);
  console.log(`packed      ${receipts.length} orders, ${shares.join(' and ')} of them by each worker`);

  const href = await customer.order(INTERRUPTED);
  const awaited = customer.receipt(href);
  const pid = await untilBegun(ledger, INTERRUPTED.orderId);
  await workers.find((worker) => worker.pid === pid)?.kill();
  const killed = performance.now();
  const { pid: savedBy, attempt } = await awaited;
  const seconds = ((performance.now() - killed) / 1_000).toFixed(1);
  console.log(
    `killed      worker ${pid} over ${INTERRUPTED.orderId}: ${savedBy} packed it, attempt ${attempt}, ${seconds} s later`,
  );

  const left = [api, ...workers].filter((one) => one.pid !== pid);
  const codes = await Promise.all(left.map((one) => one.stop()));
  const faults = faultsOf(await readLedger(ledger), {
    orderIds: [...orderIds, INTERRUPTED.orderId],
    workers: workers.map((worker) => worker.pid),
    interrupted: { orderId: INTERRUPTED.orderId, pid },
  });
  if (codes.some((code) => code !== 0))
    faults.push(`the processes ended with ${codes.join(' and ')}, expected 0`);
  for (const fault of faults) console.error(`  differs: ${fault}`);
  console.log(faults.length === 0 ? 'self-check  every order was packed exactly once' : 'self-check  FAILED');
  return faults.length === 0;
}
