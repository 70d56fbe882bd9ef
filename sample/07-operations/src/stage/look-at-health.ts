import type { CommandLine } from './command-line.js';
import type { Relay } from './relay.js';
import type { Report } from './report.js';
import type { Answer, ShopProcess } from './shop-process.js';

interface Health {
  readonly status: string;
  readonly reasons: readonly string[];
  readonly backends: Readonly<Record<string, { readonly status: string }>>;
}

const healthOf = ({ text }: Answer): Health => JSON.parse(text) as Health;

/** Cuts the line to one broker, and mends it. */
export async function lookAtHealth(
  shop: ShopProcess,
  {
    broker,
    relay,
    overRelay,
  }: { readonly broker: string; readonly relay: Relay; readonly overRelay: CommandLine },
  report: Report,
): Promise<void> {
  await expectUp(shop, 'at first', report);

  await relay.cut();
  const cut = await shop.until('health/tasks', ({ status }) => status === 503);
  const { status, backends } = healthOf(cut);
  report.expect('the health without a broker', [cut.status, status], [503, 'down']);
  const down = Object.keys(backends).filter((name) => backends[name]?.status !== 'up');
  report.expect('backends that are not up', down, [broker]);
  report.expect('whether the health tells an address', cut.text.includes(new URL(relay.url).host), false);
  report.expect('Terminus without a broker', (await shop.get('health')).status, 503);
  const { code, json } = await overRelay.run('doctor');
  const found = (json['findings'] as { code: string; subject: string }[]).find(
    (finding) => finding.code === 'unreachable',
  );
  report.expect('what the doctor finds', [code, found?.subject], [6, `backend ${broker}`]);

  await relay.mend();
  await shop.until('health/tasks', (answer) => answer.status === 200);
  await expectUp(shop, 'with the broker back', report);
  console.log(`health      up, down while ${broker} was cut off (503, and named by the doctor), up again`);
}

async function expectUp(shop: ShopProcess, when: string, report: Report): Promise<void> {
  const answer = await shop.get('health/tasks');
  report.expect(`the health ${when}`, [answer.status, healthOf(answer).status], [200, 'up']);
  report.expect(`Terminus ${when}`, (await shop.get('health')).status, 200);
}
