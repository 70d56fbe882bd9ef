import 'reflect-metadata';
import { Test, type TestingModule } from '@nestjs/testing';
import { TasksModule } from 'nestjs-tasks';
import { TasksTesting, TasksTestingModule } from 'nestjs-tasks/testing';
import { onTestFinished } from 'vitest';
import { CartService } from '../src/carts/cart.service.js';
import { CartsModule } from '../src/carts/carts.module.js';
import { Mailer } from '../src/carts/mailer.js';
import { PaymentProvider } from '../src/carts/payment.provider.js';

export interface StartedCarts {
  readonly app: TestingModule;
  readonly carts: CartService;
  readonly tasks: TasksTesting;
  /** Mails that were sent, as `to: subject`. */
  readonly mails: readonly string[];
}

/** The module of the carts with its mails kept and its payments made by `pay`; closed when the test is over. */
export async function startCarts(pay: PaymentProvider['pay'] = async () => 'paid'): Promise<StartedCarts> {
  const mails: string[] = [];
  const app = await Test.createTestingModule({
    imports: [TasksModule.stub({ logging: 'none' }), TasksTestingModule.register(), CartsModule],
  })
    .overrideProvider(Mailer)
    .useValue({ send: async (to: string, subject: string) => void mails.push(`${to}: ${subject}`) })
    .overrideProvider(PaymentProvider)
    .useValue({ pay })
    .compile();
  onTestFinished(() => app.close());
  await app.init();
  return { app, mails, carts: app.get(CartService), tasks: app.get(TasksTesting) };
}

export const CART = { id: 'C-1', email: 'ada@example.com', cents: 1_980 };
