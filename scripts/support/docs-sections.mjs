import { readInterfaces } from './interface-tables.mjs';

/** A Markdown table; a `|` inside a cell would end it. */
function table(headings, rows) {
  const line = (cells) => `| ${cells.map((cell) => String(cell).replaceAll('|', '\\|')).join(' | ')} |`;
  return [line(headings), `|${headings.map(() => '---').join('|')}|`, ...rows.map(line)].join('\n');
}

const code = (text) => `\`${text}\``;

/** Every generated section of the docs, by the name that its marker has. */
export async function renderSections() {
  const contract = await import('../../dist/contract/index.js');
  const errors = await import('../../dist/errors/index.js');
  const config = await import('../../dist/config/index.js');
  const interfaces = await readInterfaces();
  return {
    states: renderStates(contract),
    moves: renderMoves(contract),
    errors: renderErrors(contract, errors),
    events: renderEvents(contract, interfaces),
    capabilities: await renderCapabilities(contract),
    'module-options': renderOptions(config.OPTION_DEFAULTS),
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

const renderOptions = (rows) =>
  table(
    ['Option', 'Type', 'Default', 'What it is'],
    rows.map((row) => [code(row.path), code(row.type), row.default, row.description]),
  );

function renderEvents({ TASK_EVENT_TYPES }, interfaces) {
  const rows = TASK_EVENT_TYPES.map((type) => {
    const name = `Task${type[0].toUpperCase()}${type.slice(1)}Event`;
    const fields = interfaces.fields(name).filter((field) => field !== 'type');
    return [code(type), code(name), interfaces.doc(name), fields.map(code).join(', ')];
  });
  return table(['Event', 'Type', 'When', 'Carries'], rows);
}

async function renderCapabilities({ FEATURES, systemClock }) {
  const { createMemoryBackend } = await import('../../dist/backends/memory/index.js');
  const options = { name: 'memory', type: 'memory', options: {}, clock: systemClock };
  const { capabilities } = createMemoryBackend(options).queue;
  const { features, ...promises } = capabilities;
  return table(
    ['', 'memory'],
    [
      ...Object.entries(promises).map(([name, value]) => [code(name), value]),
      ...FEATURES.map((feature) => [code(feature), features[feature] ? 'yes' : 'no']),
    ],
  );
}
