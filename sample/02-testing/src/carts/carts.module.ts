import { Module } from '@nestjs/common';
import { CartService } from './cart.service.js';
import { CartTasks } from './cart.tasks.js';
import { Mailer } from './mailer.js';
import { OpenCarts } from './open-carts.js';
import { PaymentProvider } from './payment.provider.js';

@Module({
  providers: [CartService, CartTasks, Mailer, OpenCarts, PaymentProvider],
  exports: [CartService],
})
export class CartsModule {}
