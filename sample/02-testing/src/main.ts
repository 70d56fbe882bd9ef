import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';
import { CartService } from './carts/cart.service.js';

async function main(): Promise<void> {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: ['error', 'warn'] });
  const carts = app.get(CartService);
  const cart = { id: 'C-1', email: 'ada@example.com', cents: 1_980 };
  await carts.keep(cart);
  console.log('Paid:', (await carts.pay(cart)).payment);
  await app.close();
}

void main();
