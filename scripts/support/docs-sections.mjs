import { readInterfaces } from './interface-tables.mjs';

/** A Markdown table; a `|` inside a cell would end it. */
function table(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;

/** Every generated section of the docs, by the name that its marker has. */
export async function renderSections() {
  const contract = await import('../../out/compiled/contract/index.js');
  const errors = await import('../../out/compiled/errors/index.js');
  const config = await import('../../out/compiled/config/index.js');
  const cli = await import('../../out/compiled/cli/index.js');
  const metrics = await import('../../out/compiled/metrics/index.js');
  const interfaces = await readInterfaces();
  return {
    states: renderStates(contract),
    moves: renderMoves(contract),
    errors: renderErrors(contract, errors),
    'exit-codes': renderExitCodes(cli),
    events: renderEvents(contract, interfaces),
    capabilities: await renderCapabilities(contract, interfaces),
    metrics: renderMetrics(metrics),
    'module-options': renderVariables(config.OPTION_DEFAULTS),
    'breaker-options': renderOptions(config.CIRCUIT_BREAKER_DEFAULTS),
    'task-options': renderOptions(interfaces.options('TaskOptions')),
    'enqueue-options': renderOptions(interfaces.options('EnqueueOptions')),
  };
}

const renderStates = ({ JOB_STATES, STATE_MEANINGS }) =>
  table(
    ['State', 'Meaning'],
    JOB_STATES.map((state) => [code(state), STATE_MEANINGS[state]]),
  );

const renderMoves = ({ STATE_MOVES }) =>
  table(
    ['From', 'To', 'Because'],
    STATE_MOVES.map(({ from, to, cause }) => [
      from === null ? 'new' : code(from),
      to === null ? 'gone' : code(to),
      cause,
    ]),
  );

const renderErrors = ({ ERROR_CODES }, { ERROR_CATALOGUE }) =>
  table(
    ['Code', 'Class', 'What happened', 'What to do'],
    ERROR_CODES.map((errorCode) => {
      const { name, what, remedy } = ERROR_CATALOGUE[errorCode];
      return [code(errorCode), code(name), what, remedy];
    }),
  );

const renderExitCodes = ({ EXIT, EXIT_MEANINGS }) =>
  table(
    ['Code', 'Name', 'Meaning'],
    Object.entries(EXIT).map(([name, number]) => [code(number), name, EXIT_MEANINGS[name]]),
  );

const renderMetrics = ({ METRIC_CATALOGUE }) =>
  table(
    ['Metric', 'Type', 'Labels', 'What it is'],
    METRIC_CATALOGUE.map(({ name, type, labels, help }) => [
      code(`tasks_${name}`),
      type,
      labels.join(', ') || 'none',
      help,
    ]),
  );

const renderOptions = (rows) =>
  table(
    ['Option', 'Type', 'Default', 'What it is'],
    rows.map((row) => [code(row.path), code(row.type), row.default, row.description]),
  );

const renderVariables = (rows) =>
  table(
    ['Option', 'Type', 'Default', 'Variable', 'What it is'],
    rows.map((row) => [
      code(row.path),
      code(row.type),
      row.default,
      row.variable === undefined ? 'none' : code(row.variable),
      row.description,
    ]),
  );

function renderEvents({ TASK_EVENT_TYPES }, interfaces) {
  const rows = TASK_EVENT_TYPES.map((type) => {
    const name = `Task${type[0].toUpperCase()}${type.slice(1)}Event`;
    const fields = interfaces.fields(name).filter((field) => field !== 'type');
    return [code(type), code(name), interfaces.doc(name), fields.map(code).join(', ')];
  });
  return table(['Event', 'Type', 'When', 'Carries'], rows);
}

/** A column for each backend that there is. */
async function renderCapabilities({ FEATURES, FEATURE_MEANINGS }, interfaces) {
  const { MemoryQueueBackend } = await import('../../out/compiled/backends/memory/index.js');
  const { RABBITMQ_CAPABILITIES } = await import('../../out/compiled/backends/rabbitmq/index.js');
  const { POSTGRES_CAPABILITIES } = await import('../../out/compiled/backends/postgres/index.js');
  const { REDIS_CAPABILITIES } = await import('../../out/compiled/backends/redis/index.js');
  const columns = {
    memory: new MemoryQueueBackend().capabilities,
    redis: REDIS_CAPABILITIES,
    postgres: POSTGRES_CAPABILITIES,
    'rabbitmq alone': RABBITMQ_CAPABILITIES,
  };
  const backends = Object.values(columns);
  const promises = interfaces.options('Capabilities').filter(({ path }) => path !== 'features');
  return table(
    ['Capability', 'What it is', ...Object.keys(columns)],
    [
      ...promises.map(({ path, type, description }) => [
        code(path),
        description,
        ...backends.map((capabilities) => show(capabilities[path], type)),
      ]),
      ...FEATURES.map((feature) => [
        code(feature),
        FEATURE_MEANINGS[feature],
        ...backends.map(({ features }) => (features[feature] ? 'yes' : 'no')),
      ]),
    ],
  );
}

function show(value, type) {
  if (value === Number.MAX_SAFE_INTEGER) return 'no limit';
  if (typeof value !== 'number') return value;
  return `${value.toLocaleString('en')}${type === 'Ms' ? ' ms' : ''}`;
}
