import { NestFactory } from '@nestjs/core';
import { AppModule } from './app.module.js';

/** One process of the app, API or worker: its environment says which. */
const app = await NestFactory.create(AppModule, { logger: ['error', 'warn'] });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(process.env['PORT'] ?? 0, '127.0.0.1');
process.send?.({ url: await app.getUrl() });
