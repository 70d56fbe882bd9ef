import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { NestFactory } from '@nestjs/core';
import ms, { type StringValue } from 'ms';
import { AppModule } from './app.module.js';
import { EXAMPLE_ORDER } from './example-order.js';
import { OUT_DIR } from './files.js';
import { runImport } from './run-import.js';

const SERVE_PORT = 3000;

const { values: options } = parseArgs({
  options: {
    demo: { type: 'boolean', default: false },
    serve: { type: 'boolean', default: false },
    for: { type: 'string', default: '10m' },
    port: { type: 'string' },
  },
});

const NEXT = `
The invoices are in sample/01-quick-start/out, the code that wrote them in sample/01-quick-start/src.
Next: npm run sample -- 01 --serve, and the documentation from README.md on.`;

async function main(): Promise<boolean> {
  // The demo's mail server is slow enough for its progress bar to be seen.
  const settings = { outDir: OUT_DIR, mailLatency: options.demo ? 120 : 10 };
  const app = await NestFactory.create(AppModule.register(settings), { logger: ['error'] });
  try {
    await app.listen(options.port ?? (options.serve ? SERVE_PORT : 0), '127.0.0.1');
    if (!options.serve) {
      const good = await runImport(app);
      if (options.demo) console.log(NEXT);
      return good;
    }
    await serve(await app.getUrl(), options.for);
    return true;
  } finally {
    await app.close();
  }
}

async function serve(url: string, time: string): Promise<void> {
  console.log(`Serving on ${url} for ${time}, or until Ctrl-C. Try:`);
  console.log(
    `  curl -i ${url}/orders -H 'content-type: application/json' -d '${JSON.stringify(EXAMPLE_ORDER)}'`,
  );
  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => stop.abort());
  await sleep(ms(time as StringValue), undefined, { signal: stop.signal }).catch(() => {});
  console.log('Closing.');
}

process.exitCode = (await main()) ? 0 : 1;
