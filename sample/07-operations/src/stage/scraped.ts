import parse from 'parse-prometheus-text-format';

export interface Sample {
  readonly labels: Readonly<Record<string, string>>;
  readonly value: number;
}

/** The parser folds all series of a histogram into one, whatever their labels: without its type each line is a series. */
const asSeries = (text: string): string => text.replaceAll(/^# (HELP|TYPE) \S+_(seconds|jobs) .*\n/gm, '');

/** What a scrape holds, by the names of its series; a histogram has `_bucket`, `_sum` and `_count`. Read by a parser of the format, not by ours. */
export function scraped(text: string): ReadonlyMap<string, readonly Sample[]> {
  const series = new Map<string, Sample[]>();
  for (const { name, metrics } of parse(asSeries(text))) {
    const samples = metrics.map(({ labels = {}, value }) => ({ labels, value: Number(value) }));
    series.set(name, [...(series.get(name) ?? []), ...samples]);
  }
  return series;
}

/** The type of a metric, as the scrape says it. */
export const typeOf = (text: string, name: string): string | undefined =>
  parse(text)
    .find((family) => family.name === name)
    ?.type.toLowerCase();

/** The value of the first series with these labels among its own; undefined when there is none. */
export function valueOf(text: string, name: string, labels: Record<string, string> = {}): number | undefined {
  return scraped(text)
    .get(name)
    ?.find((sample) => Object.entries(labels).every(([label, value]) => sample.labels[label] === value))
    ?.value;
}
