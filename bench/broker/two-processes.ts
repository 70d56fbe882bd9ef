import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Ledger } from '../ledger.js';
import { produce } from '../producers.js';
import type { Subject } from '../subjects.js';
import { joinProduct, warmUpAt } from './product.js';

const WAYS = 100;

/** Jobs a second when 100 producers enqueue in this process, each waiting for its call, while 100 slots consume in another. */
const subject: Subject = async (jobs, url = '', name = '') => {
  const script = fileURLToPath(new URL('../subject.js', import.meta.url));
  const consumer = spawn(
    process.execPath,
    [...process.execArgv, script, 'broker/consumer', String(jobs), url, name],
    { stdio: ['ignore', 'pipe', 'inherit'] },
  );
  const exit = once(consumer, 'exit') as Promise<[number | null]>;
  const said = (word: string) =>
    new Promise<void>((resolve, reject) => {
      lines.on('line', (line) => line === word && resolve());
      void exit.then(([code]) => reject(new Error(`The consumer ended with code ${code ?? 'none'}.`)));
    });
  const lines = createInterface({ input: consumer.stdout });
  await said('ready');
  const [warm, complete] = [said('warm'), said('complete')];
  const warmUp = await warmUpAt(url);
  const product = await joinProduct(name, { url, slots: 1, keepsResults: false, recipient: new Ledger(0) });
  await produce(warmUp, WAYS, (payload) => product.enqueue(payload));
  await warm;
  const start = performance.now();
  await produce(jobs, WAYS, (payload) => product.enqueue(payload), warmUp);
  await complete;
  const seconds = (performance.now() - start) / 1_000;
  await product.close();
  const [code] = await exit;
  if (code !== 0) throw new Error(`The consumer ended with code ${code ?? 'none'}.`);
  return { rate: jobs / seconds };
};

export default subject;
