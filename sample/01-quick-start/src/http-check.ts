import { setTimeout as sleep } from 'node:timers/promises';
import type { INestApplication } from '@nestjs/common';
import { EXAMPLE_ORDER } from './example-order.js';
import type { AcceptedOrder, JobView } from './orders/orders.controller.js';
import type { SelfCheck } from './self-check.js';

const POLL_MS = 20;
const POLLS = 250;

/** Does over HTTP what a client of the app would do. */
export async function checkHttp(app: INestApplication, check: SelfCheck): Promise<void> {
  const url = await app.getUrl();
  const post = (body: unknown): Promise<Response> =>
    fetch(`${url}/orders`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });

  const accepted = await post(EXAMPLE_ORDER);
  check.equal('POST /orders', accepted.status, 202);
  const { href } = (await accepted.json()) as AcceptedOrder;
  const job = await untilFinished(`${url}${href}`);
  check.equal('GET /jobs/:id, state', job.state, 'completed');
  check.equal('GET /jobs/:id, result', job.result?.totalCents, 1_980);
  check.equal(
    'POST /orders with a bad order',
    (await post({ ...EXAMPLE_ORDER, currency: 'XXX' })).status,
    400,
  );
  check.equal('GET /jobs/:id of no job', (await fetch(`${url}/jobs/no-such-job`)).status, 404);
  check.equal('GET /jobs/:id of no id', (await fetch(`${url}/jobs/%00`)).status, 400);
  console.log(`over HTTP   ${href} is ${job.state}`);
}

async function untilFinished(href: string): Promise<JobView> {
  for (let poll = 0; ; poll++) {
    const job = (await (await fetch(href)).json()) as JobView;
    if (['completed', 'failed', 'cancelled'].includes(job.state) || poll === POLLS) return job;
    await sleep(POLL_MS);
  }
}
