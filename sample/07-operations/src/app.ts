import { NestFactory } from '@nestjs/core';
import { startTracing } from './operations/start-tracing.js';

/** One process of the shop: it serves, and works. Tracing starts before Nest, as its guides say. */
startTracing((spans) => process.send?.({ spans }));
const { AppModule } = await import('./app.module.js');
const app = await NestFactory.create(AppModule, { logger: ['fatal'] });
app.enableShutdownHooks(['SIGTERM', 'SIGINT'], { useProcessExit: true });
await app.listen(process.env['PORT'] ?? 0, '127.0.0.1');
process.send?.({ url: await app.getUrl() });
