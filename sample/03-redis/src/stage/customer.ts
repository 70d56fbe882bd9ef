import type { Order, Receipt } from '../orders/order.tasks.js';

/** Orders over HTTP: it knows the address of the API, and nothing of workers. */
export class Customer {
  constructor(private readonly url: string) {}

  /** @returns where the receipt will be */
  async order(order: Order): Promise<string> {
    const { href } = await answerOf<{ href: string }>(
      fetch(`${this.url}/orders`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify(order),
      }),
    );
    return href;
  }

  /** Waits for the receipt. */
  receipt(href: string): Promise<Receipt> {
    return answerOf<Receipt>(fetch(`${this.url}${href}`));
  }
}

async function answerOf<T>(request: Promise<Response>): Promise<T> {
  const response = await request;
  if (!response.ok) throw new Error(`${response.url}: ${response.status} ${await response.text()}`);
  return (await response.json()) as T;
}
