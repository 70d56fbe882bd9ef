import { createRequire } from 'node:module';
import { join } from 'node:path';
import type * as typescript from 'typescript';
import { refuse } from '../exit-codes.js';
import { withTasksModule } from './with-tasks-module.js';

/** What is used of a schematic's tree of files. */
export interface SchematicTree {
  read(path: string): Buffer | null;
  overwrite(path: string, content: string): void;
}

export interface SchematicContext {
  readonly logger: { info(message: string): void };
}

export interface NestAddOptions {
  readonly sourceRoot?: string;
  readonly module?: string;
}

/**
 * The schematic of `nest add nestjs-tasks`: imports `TasksModule.forRoot()` into the root module. Does nothing where it is imported already.
 * @throws CommandError when there is no root module, or it is written in a way that cannot be changed safely
 */
export function nestAdd({ sourceRoot = 'src', module = 'app.module.ts' }: NestAddOptions) {
  return (tree: SchematicTree, context: SchematicContext): void => {
    const path = `${sourceRoot}/${module}`;
    const text = tree.read(path)?.toString('utf8');
    if (text === undefined)
      refuse(`There is no ${path}.`, `Say where the root module is: --module main.module.ts. ${BY_HAND}`);
    const changed = withTasksModule(compiler(), text);
    if (changed === undefined) refuse(`${path} has no class with @Module({ … }).`, BY_HAND);
    if (changed === text) return context.logger.info(`${path} imports TasksModule already.`);
    tree.overwrite(path, changed);
    context.logger.info(
      'Decorate a method of a provider with @Task(), and inject its class with @InjectTasks(): node_modules/nestjs-tasks/README.md shows how.',
    );
  };
}

const BY_HAND = 'Or add `TasksModule.forRoot()` to its `imports` by hand.';

/** The app's, or that of whoever runs the schematic. */
function compiler(): typeof typescript {
  for (const place of [join(process.cwd(), 'package.json'), process.argv[1] ?? '', import.meta.url]) {
    try {
      return createRequire(place)('typescript') as typeof typescript;
    } catch {
      continue;
    }
  }
  return refuse('No TypeScript compiler is installed.', `npm install --save-dev typescript. ${BY_HAND}`);
}
