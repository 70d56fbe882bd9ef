import { readFileSync } from 'node:fs';
import { parse } from 'yaml';

interface Dashboard {
  readonly panels: readonly { readonly targets?: readonly { readonly expr: string }[] }[];
  readonly templating: { readonly list: readonly { readonly definition?: string }[] };
}
interface Rules {
  readonly groups: readonly { readonly rules: readonly { readonly expr: string }[] }[];
}

/** What the package ships for Grafana and Prometheus. */
export interface Monitoring {
  /** Expressions of the dashboard, filled in as Grafana does when all is chosen. */
  readonly panels: readonly string[];
  readonly alerts: readonly string[];
  /** Where the variables of the dashboard take their values from. */
  readonly variables: readonly string[];
}

/** @param folder the package's `monitoring/` */
export function readMonitoring(folder: URL): Monitoring {
  const read = (name: string): string => readFileSync(new URL(name, folder), 'utf8');
  const { panels, templating } = JSON.parse(read('grafana-dashboard.json')) as Dashboard;
  const { groups } = parse(read('alerts.yml')) as Rules;
  return {
    panels: panels.flatMap(({ targets = [] }) => targets.map(({ expr }) => filledIn(expr))),
    alerts: groups.flatMap(({ rules }) => rules.map(({ expr }) => expr)),
    variables: templating.list.flatMap(({ definition }) => definition ?? []),
  };
}

const filledIn = (expr: string): string =>
  expr.replaceAll('$__rate_interval', '5m').replaceAll(/\$(queue|task)/g, '.*');
