import { parser } from '@prometheus-io/lezer-promql';
import type { Sample } from './scraped.js';

export interface Matcher {
  readonly label: string;
  readonly op: string;
  readonly value: string;
}

/** A metric that an expression asks for, and which of its series. */
export interface Selector {
  readonly metric: string;
  readonly matchers: readonly Matcher[];
}

/** What an expression selects, by Prometheus' own grammar; undefined when Prometheus could not parse it. */
export function selectorsOf(expr: string): Selector[] | undefined {
  const selectors: { metric: string; matchers: Matcher[] }[] = [];
  let isWrong = false;
  let label = '';
  let op = '';
  parser.parse(expr).iterate({
    enter: ({ type, from, to }) => {
      const text = expr.slice(from, to);
      if (type.isError) isWrong = true;
      if (type.name === 'VectorSelector') selectors.push({ metric: '', matchers: [] });
      const last = selectors.at(-1);
      if (type.name === 'Identifier' && last?.metric === '') last.metric = text;
      if (type.name === 'LabelName') label = text;
      if (['EqlSingle', 'EqlRegex', 'Neq', 'NeqRegex'].includes(type.name)) op = text;
      if (type.name === 'StringLiteral') last?.matchers.push({ label, op, value: text.slice(1, -1) });
    },
  });
  return isWrong ? undefined : selectors;
}

/** Selectors of an expression that find nothing in what was scraped; undefined when it cannot be parsed. */
export const lostIn = (
  expr: string,
  series: ReadonlyMap<string, readonly Sample[]>,
): Selector[] | undefined =>
  selectorsOf(expr)?.filter(
    ({ metric, matchers }) =>
      !(series.get(metric) ?? []).some((sample) => matchers.every((matcher) => matches(sample, matcher))),
  );

function matches(sample: Sample, { label, op, value }: Matcher): boolean {
  const own = sample.labels[label];
  if (own === undefined) return false;
  const isEqual = op.endsWith('~') ? new RegExp(`^(?:${value})$`).test(own) : own === value;
  return op.startsWith('!') ? !isEqual : isEqual;
}
