import { Injectable } from '@nestjs/common';

/** Stands for a payment provider. It knows the key of a payment, so that a repeated one is not paid twice. */
@Injectable()
export class PaymentProvider {
  async pay(cents: number, options: { idempotencyKey: string; signal: AbortSignal }): Promise<string> {
    options.signal.throwIfAborted();
    return `${(cents / 100).toFixed(2)} EUR by ${options.idempotencyKey}`;
  }
}
