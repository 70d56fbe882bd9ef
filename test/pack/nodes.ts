/** One of each line that `engines` allows and people run. */
const RECENT = ['20.20.2', '22.23.3', '24.21.0'];
/** The oldest that `engines` allows of each line, and what comes after them. */
const EDGES = ['20.19.0', '22.12.0', '24.0.0', '26.10.0'];

export const NODE_VERSIONS: readonly string[] =
  process.env['TASKS_TEST_LONG'] === '1' ? [...RECENT, ...EDGES] : RECENT;
