import { execFile } from 'node:child_process';
import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { getPriority, tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from 'vitest';

const run = promisify(execFile);
const SCRIPTS = fileURLToPath(new URL('../../scripts/', import.meta.url));
const load = <T>(script: string): Promise<T> =>
  import(/* @vite-ignore */ join(SCRIPTS, script)) as Promise<T>;

describe('the check of the Node version', () => {
  const RANGE = '^20.19.0 || ^22.12.0 || >=24.0.0';

  it.each(['20.19.0', '20.20.2', '22.12.0', '22.30.1', '24.0.0', '26.1.0'])('accepts %s', async (version) => {
    const { satisfies } = await load<{ satisfies(version: string, range: string): boolean }>(
      'ensure-install.mjs',
    );
    expect(satisfies(version, RANGE)).toBe(true);
  });

  it.each(['18.20.4', '20.18.9', '21.7.3', '22.11.0', '23.11.1'])('refuses %s', async (version) => {
    const { satisfies } = await load<{ satisfies(version: string, range: string): boolean }>(
      'ensure-install.mjs',
    );
    expect(satisfies(version, RANGE)).toBe(false);
  });
});

describe('npm run sample', () => {
  it('lists the samples, each with a line that says what it shows', async () => {
    const { stdout } = await run(process.execPath, [join(SCRIPTS, 'sample.mjs')]);
    expect(stdout).toMatch(/^ {2}01 {2}\S.{20,}$/m);
  });

  it('ends with 1 for a number that no sample has', async () => {
    const failure = run(process.execPath, [join(SCRIPTS, 'sample.mjs'), '99']);
    await expect(failure).rejects.toMatchObject({
      code: 1,
      stderr: expect.stringContaining('no sample "99"'),
    });
  });
});

describe('a bounded run', () => {
  interface Bounded {
    runBounded(
      args: string[],
      options: { boundMs: number; quiet: boolean; gentle?: boolean },
    ): Promise<{ code: number; timedOut: boolean; output: string }>;
  }
  const node = async (code: string, boundMs: number, gentle = false) => {
    const { runBounded } = await load<Bounded>('support/run-bounded.mjs');
    return runBounded(['-e', code], { boundMs, quiet: true, gentle });
  };

  it('hands back the exit code and what was printed', async () => {
    const done = await node('console.log("out"); console.error("err"); process.exit(3)', 10_000);
    expect(done).toMatchObject({ code: 3, timedOut: false });
    expect(done.output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
  });

  it.each([
    ['goes no later than others', false, 0],
    ['lets others go first where it is to be gentle', true, 5],
  ])('%s', async (_, gentle, nicer) => {
    const { output } = await node('console.log(os.getPriority())', 10_000, gentle);
    expect(Number(output)).toBe(Math.min(19, getPriority() + nicer));
  });

  it('ends the whole process group when the time is over', async () => {
    const stubborn =
      'process.on("SIGTERM", () => {}); const s = net.createServer().listen(0, () => console.log(s.address().port))';
    const parent = `child_process.spawn(process.execPath, ["-e", ${JSON.stringify(stubborn)}], { stdio: "inherit" }); setInterval(() => {}, 1000)`;
    const { timedOut, output } = await node(parent, 1_000);
    expect(timedOut).toBe(true);
    const connection = connect(Number(output), '127.0.0.1');
    await expect(once(connection, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' });
  });
});

describe('steps side by side', () => {
  interface Lanes {
    sideBySide(shown: readonly Step[], kept: readonly Step[], say: (text: string) => void): Promise<void>;
  }
  type Step = (isQuiet: boolean) => Promise<string>;

  it('show what the first print as it comes, and after each of them what others have printed that are done', async () => {
    const { sideBySide } = await load<Lanes>('support/side-by-side.mjs');
    const said: string[] = [];
    const news = new EventEmitter();
    const kept = (name: string, until: string): Step => {
      return async (isQuiet) => {
        expect(isQuiet).toBe(true);
        const ready = once(news, until);
        news.emit(`${name} begins`);
        await ready;
        return name;
      };
    };
    const shown = (name: string, until: string): Step => {
      return async (isQuiet) => {
        expect(isQuiet).toBe(false);
        said.push(`${name} begins`);
        const ready = once(news, until);
        setImmediate(() => news.emit(`${name} begins`));
        await ready;
        said.push(`${name} ends`);
        setImmediate(() => news.emit(`${name} ends`));
        return '';
      };
    };
    await sideBySide(
      [shown('contract', 'docs begins'), shown('e2e', 'pack begins')],
      [kept('lint', 'contract begins'), kept('docs', 'e2e begins'), kept('pack', 'e2e ends')],
      (text) => said.push(text),
    );
    expect(said).toEqual([
      'contract begins',
      'contract ends',
      'lint',
      'e2e begins',
      'e2e ends',
      'docs',
      'pack',
    ]);
  });

  it('are all waited for, and a step that throws is not passed over', async () => {
    const { sideBySide } = await load<Lanes>('support/side-by-side.mjs');
    const fail: Step = () => Promise.reject(new Error('it broke'));
    await expect(sideBySide([], [fail], () => undefined)).rejects.toThrow('it broke');
  });
});

describe('the lines of the brokers', () => {
  type Lines = (
    files: Map<string, number>,
    servers: Map<string, { version: string; where: string }>,
    isPart: (broker: string) => boolean,
  ) => string[];
  const files = new Map([
    ['test/contract/memory.spec.ts', 3],
    ['test/property/memory.spec.ts', 2],
    ['test/contract/suite-catches.spec.ts', 8],
    ['test/unit/backends/memory/ring.spec.ts', 9],
    ['test/contract/redis.spec.ts', 4],
    ['test/contract/redis-tls.spec.ts', 1],
  ]);

  it('count the tests that ran on each and on what, and say which are not there', async () => {
    const { brokerLines } = await load<{ brokerLines: Lines }>('support/broker-lines.mjs');
    const servers = new Map([['redis', { version: '7.0.15', where: 'private' }]]);
    expect(brokerLines(files, servers, (broker) => broker === 'memory' || broker === 'redis')).toEqual([
      'memory    in-process         5 tests',
      'redis     7.0.15 private     5 tests',
      'rabbitmq  not part of this release',
      'postgres  not part of this release',
    ]);
  });

  it('say that there was no server', async () => {
    const { brokerLines } = await load<{ brokerLines: Lines }>('support/broker-lines.mjs');
    expect(brokerLines(files, new Map(), () => true)[1]).toBe('redis     NO SERVER     5 tests');
  });
});

describe('the closing counts', () => {
  interface Report {
    readVitestReport(
      path: string,
      run: { code: number; timedOut: boolean },
    ): { passed: number; failed: number; skipped: number; failures: string[] };
  }
  const NONE = '/no/such/report.json';

  it('take a run that left no report for a failure', async () => {
    const { readVitestReport } = await load<Report>('support/vitest-report.mjs');
    expect(readVitestReport(NONE, { code: 1, timedOut: false })).toMatchObject({ passed: 0, failed: 1 });
  });

  it('say of a failure what differs, not only that something does', async () => {
    const { readVitestReport } = await load<Report>('support/vitest-report.mjs');
    const folder = mkdtempSync(join(tmpdir(), 'report-'));
    const report = join(folder, 'report.json');
    const test = {
      status: 'failed',
      fullName: 'adds',
      failureMessages: ['AssertionError: differs\n- 1\n+ 2'],
    };
    const file = { name: join(SCRIPTS, '..', 'sum.spec.ts'), status: 'failed', assertionResults: [test] };
    writeFileSync(report, JSON.stringify({ testResults: [file] }));
    const { failures } = readVitestReport(report, { code: 1, timedOut: false });
    rmSync(folder, { recursive: true });
    expect(failures).toEqual(['sum.spec.ts: adds\n    AssertionError: differs\n    - 1\n    + 2']);
  });

  it('take a run without a single test for a failure, whatever its exit code', async () => {
    const { readVitestReport } = await load<Report>('support/vitest-report.mjs');
    expect(readVitestReport(NONE, { code: 0, timedOut: false }).failures).toEqual(['no test ran']);
  });
});
