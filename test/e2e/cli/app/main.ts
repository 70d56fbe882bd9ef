import { writeFileSync } from 'node:fs';
import { NestFactory } from '@nestjs/core';
import { ShopModule } from './shop.module.js';

/** As `nest new` writes it: whoever loads the file starts the app. */
async function bootstrap(): Promise<void> {
  const app = await NestFactory.createApplicationContext(ShopModule, { logger: false });
  writeFileSync(process.env['SHOP_STARTED'] as string, 'the shop has started');
  await app.close();
}

void bootstrap();
