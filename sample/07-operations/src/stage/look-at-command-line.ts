import type { CommandLine } from './command-line.js';
import { runs } from './look-at-metrics.js';
import type { Plan } from './plan.js';
import type { Report } from './report.js';
import { valueOf } from './scraped.js';
import type { ShopProcess } from './shop-process.js';

interface Row {
  readonly queue: string;
  readonly counts: Readonly<Record<string, number>>;
}
interface DeadLetter {
  readonly id: string;
  readonly payload: { readonly order: string };
}

/** Looks at the same from a shell, and mends what went wrong. */
export async function lookAtCommandLine(
  shop: ShopProcess,
  cli: CommandLine,
  plan: Plan,
  report: Report,
): Promise<void> {
  const count = plan.orders.length;
  const [queues, dead, schedules, doctor] = await Promise.all([
    cli.run('queues'),
    cli.run('dlq', 'list'),
    cli.run('schedules', 'list'),
    cli.run('doctor'),
  ]);
  const rows = queues.json['items'] as Row[];
  const completed = (queue: string) => rows.find((row) => row.queue === queue)?.counts['completed'];
  report.expect('completed on each queue', ['orders', 'invoices', 'mails'].map(completed), [
    count,
    count,
    count - 1,
  ]);
  const letters = dead.json['items'] as DeadLetter[];
  report.expect(
    'dead letters',
    letters.map(({ payload }) => payload.order),
    [plan.undeliverable],
  );
  const named = (schedules.json['items'] as { name: string }[]).map(({ name }) => name);
  report.expect('schedules', named, ['stocktaking']);
  const findings = (doctor.json['findings'] as { code: string; subject: string }[])
    .filter(({ subject }) => subject.startsWith('queue'))
    .map(({ code, subject }) => `${code} of ${subject}`);
  report.expect('what the doctor finds of queues', findings, ['dead-letters of queue mails']);

  await mend(shop, cli, letters[0]?.id ?? '', count, report);
  console.log(
    `commands    queues, dlq, schedules, doctor; the dead letter was corrected and sent, by hand stock was taken and ordered`,
  );
}

async function mend(
  shop: ShopProcess,
  cli: CommandLine,
  id: string,
  count: number,
  report: Report,
): Promise<void> {
  const edit = (payload: string) => cli.run('dlq', 'edit', id, '--payload', payload, '--yes');
  const right = JSON.stringify({ order: id, to: 'bob@example.com' });
  // What breaks the schema of its task is refused; the dead letter stays.
  report.expect('a payload that breaks the schema', (await edit('{"order":"","to":7}')).code, 2);
  const codes = await Promise.all([
    edit(right),
    cli.run('schedules', 'run', 'stocktaking'),
    cli.run('restock', 'lamps'),
  ]);
  report.expect(
    'exit codes of what was mended and asked for',
    codes.map(({ code }) => code),
    [0, 0, 0],
  );
  const { text } = await shop.until('metrics', ({ text }) =>
    ['mail', 'stocktaking', 'restock'].every(
      (task) => runs(text, task, 'completed') >= (task === 'mail' ? count : 1),
    ),
  );
  report.expect(
    'mails, stocktakings and orders of stock that are done',
    ['mail', 'stocktaking', 'restock'].map((task) => runs(text, task, 'completed')),
    [count, 1, 1],
  );
  const left = valueOf(text, 'tasks_queue_jobs', { queue: 'mails', state: 'failed' });
  report.expect('dead letters that are left', left, 0);
}
