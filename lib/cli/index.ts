export { EXIT, EXIT_MEANINGS, type ExitCode } from './exit-codes.js';
export type { ListView } from './output/output.js';
export type { Column } from './output/table.js';
export {
  TasksCommand,
  type TasksCommandHandler,
  type TasksCommandOptions,
  type TasksCommandRun,
} from './tasks-command.decorator.js';
