import { Test } from '@nestjs/testing';
import { TasksModule } from 'nestjs-tasks';
import { TasksMetrics, TasksMetricsModule } from 'nestjs-tasks/metrics';
import { beforeAll, describe, expect, it } from 'vitest';
import { readMonitoring } from '../../../sample/07-operations/src/stage/monitoring.js';
import { lostIn, selectorsOf } from '../../../sample/07-operations/src/stage/promql.js';
import { type Sample, scraped } from '../../../sample/07-operations/src/stage/scraped.js';
import { queueOf } from '../queue-of.js';
import { SampleWork } from './sample-work.js';

const { panels, alerts, variables } = readMonitoring(new URL('../../../monitoring/', import.meta.url));

let series: ReadonlyMap<string, readonly Sample[]>;
beforeAll(async () => {
  const app = await Test.createTestingModule({
    imports: [TasksModule.forRoot({ logging: 'none' }), TasksMetricsModule.forRoot()],
    providers: [SampleWork],
  }).compile();
  await app.init();
  for (const task of ['greet', 'shaky', 'doomed']) {
    await (await queueOf(app).enqueue(task, 'Ada')).result().catch(() => undefined);
  }
  series = scraped((await app.get(TasksMetrics).scrape()).body);
  await app.close();
});

describe.each([
  ['dashboard', panels],
  ['alert rules', alerts],
])('Every expression of the %s', (_name, expressions) => {
  it('is there at all', () => {
    expect(expressions.length).toBeGreaterThan(8);
  });

  it.each(expressions)('is one for Prometheus: %s', (expr) => {
    expect(selectorsOf(expr)?.length).toBeGreaterThan(0);
  });

  it.each(expressions)('finds its series after an app has worked: %s', (expr) => {
    expect(lostIn(expr, series)).toEqual([]);
  });
});

it('Every variable of the dashboard has values', () => {
  const values = variables.map((definition) => {
    const [, metric = '', label = ''] = /^label_values\((\w+), (\w+)\)$/.exec(definition) ?? [];
    return (series.get(metric) ?? []).some(({ labels }) => labels[label] !== undefined);
  });
  expect(values).toEqual([true, true]);
});

describe('The search for what an expression selects', () => {
  it('notices what Prometheus could not parse', () => {
    expect(selectorsOf('sum(rate(a[5m])')).toBeUndefined();
  });

  it('finds each metric with what is asked of its labels', () => {
    expect(selectorsOf('a{b="c",d!~"e"} / f')).toEqual([
      {
        metric: 'a',
        matchers: [
          { label: 'b', op: '=', value: 'c' },
          { label: 'd', op: '!~', value: 'e' },
        ],
      },
      { metric: 'f', matchers: [] },
    ]);
  });

  it.each([
    ['a metric that is not there', 'rate(gone[5m])', ['gone']],
    ['a value that no series has', 'runs{task="b"}', ['runs']],
    ['a value that every series has, where another is asked for', 'runs{task!~"a|c"}', ['runs']],
    ['a label that no series has', 'runs{queue=~".*"}', ['runs']],
    ['nothing where one series fits', 'runs{task=~"a|b"} / other', []],
  ])('misses %s', (_, expr, metrics) => {
    const sample = (task: string): Sample => ({ labels: { task }, value: 1 });
    const given = new Map([
      ['runs', [sample('a'), sample('c')]],
      ['other', [sample('a')]],
    ]);
    expect(lostIn(expr, given)?.map(({ metric }) => metric)).toEqual(metrics);
  });
});
