import type {
  FactoryProvider,
  InjectionToken,
  ModuleMetadata,
  OptionalFactoryDependency,
  Provider,
  Type,
} from '@nestjs/common';
import { assertKnownKeys } from '../config/index.js';
import type { TasksModuleOptions } from '../contract/index.js';
import { InvalidOptionError, type ValidationIssue } from '../errors/index.js';
import { GIVEN_OPTIONS } from './tokens.js';

/**
 * A provider that makes the options of `TasksModule.forRootAsync()`.
 *
 * @example
 * @Injectable()
 * class TasksConfig implements TasksOptionsFactory {
 *   constructor(private readonly config: ConfigService) {}
 *   createTasksOptions(): TasksModuleOptions {
 *     return { worker: { workerCount: this.config.get('WORKERS') } };
 *   }
 * }
 */
export interface TasksOptionsFactory {
  /** Called once, while the app boots. What it throws ends the boot. */
  createTasksOptions(): TasksModuleOptions | Promise<TasksModuleOptions>;
}

/** What `TasksModule.forRootAsync()` takes: one of `useFactory`, `useClass` and `useExisting`, and what it needs. */
export interface TasksModuleAsyncOptions {
  /** Makes the options, from what `inject` names. */
  readonly useFactory?:
    ((...dependencies: never[]) => TasksModuleOptions | Promise<TasksModuleOptions>) | undefined;
  /** A class to be made for it. */
  readonly useClass?: Type<TasksOptionsFactory> | undefined;
  /** The token of a provider that `imports` export, or that a global module has. */
  readonly useExisting?: InjectionToken<TasksOptionsFactory> | undefined;
  /** What `useFactory` is called with, in this order. Default: nothing. */
  readonly inject?: readonly (InjectionToken | OptionalFactoryDependency)[] | undefined;
  /** Modules that export what is injected. Default: none; global modules are there anyway. */
  readonly imports?: ModuleMetadata['imports'];
  /** Providers that only the making of the options needs. Default: none. */
  readonly extraProviders?: readonly Provider[] | undefined;
}

/** Where the core module has its options from. */
export interface OptionsSource {
  /** The provider of `GIVEN_OPTIONS`. */
  readonly options: Exclude<Provider, Type>;
  readonly imports: NonNullable<ModuleMetadata['imports']>;
  /** What the core has for that alone, and exports to nobody. */
  readonly extraProviders: readonly Provider[];
}

const METHOD = 'createTasksOptions' satisfies keyof TasksOptionsFactory;
const WAYS = ['useFactory', 'useClass', 'useExisting'] as const;
const KEYS = [
  ...WAYS,
  'inject',
  'imports',
  'extraProviders',
] as const satisfies readonly (keyof TasksModuleAsyncOptions)[];

/** @throws InvalidOptionError with all that is wrong with the call itself */
export function asyncSource(given: TasksModuleAsyncOptions): OptionsSource {
  assertKnownKeys(given, KEYS, 'forRootAsync');
  const problems = problemsOf(given);
  if (problems.length > 0) throw new InvalidOptionError(problems);
  const { useClass, imports = [], extraProviders = [] } = given;
  return {
    options: optionsProvider(given),
    imports,
    extraProviders: useClass === undefined ? extraProviders : [useClass, ...extraProviders],
  };
}

function optionsProvider({
  useFactory,
  useClass,
  useExisting,
  inject = [],
}: TasksModuleAsyncOptions): FactoryProvider<TasksModuleOptions> {
  if (useFactory !== undefined) {
    const make = async (...dependencies: unknown[]) =>
      assertGiven(await useFactory(...(dependencies as never[])), 'useFactory');
    return { provide: GIVEN_OPTIONS, inject: [...inject], useFactory: make };
  }
  const token = (useClass ?? useExisting) as InjectionToken<TasksOptionsFactory>;
  const name = `${useClass === undefined ? 'useExisting' : 'useClass'} (${nameOf(token)})`;
  const make = async (factory: Partial<TasksOptionsFactory> | null | undefined) => {
    if (typeof factory?.[METHOD] !== 'function') {
      throw new InvalidOptionError([{ path: 'forRootAsync', message: `${name} has no method ${METHOD}()` }]);
    }
    return assertGiven(await factory[METHOD](), `${METHOD}() of ${name}`);
  };
  return { provide: GIVEN_OPTIONS, inject: [token], useFactory: make };
}

/** A forgotten `return` must not pass for "all defaults", which is memory. */
function assertGiven(options: TasksModuleOptions | undefined, maker: string): TasksModuleOptions {
  if (options !== undefined) return options;
  throw new InvalidOptionError([
    {
      path: 'forRootAsync',
      message: `${maker} gave undefined; let it return the options, {} for all defaults`,
    },
  ]);
}

function problemsOf(given: TasksModuleAsyncOptions): ValidationIssue[] {
  const problem = (path: string, message: string): ValidationIssue => ({
    path: ['forRootAsync', path].filter(Boolean).join('.'),
    message,
  });
  const ways = WAYS.filter((way) => given[way] !== undefined);
  const problems: ValidationIssue[] = [];
  if (ways.length !== 1) {
    const told = ways.length === 0 ? 'none is given' : `${ways.join(' and ')} are`;
    problems.push(problem('', `takes one of ${WAYS.join(', ')}, and ${told}`));
  }
  for (const way of ['useFactory', 'useClass'] as const) {
    if (given[way] !== undefined && typeof given[way] !== 'function') {
      problems.push(problem(way, way === 'useClass' ? 'must be a class' : 'must be a function'));
    }
  }
  for (const list of ['inject', 'imports', 'extraProviders'] as const) {
    if (given[list] !== undefined && !Array.isArray(given[list]))
      problems.push(problem(list, 'must be a list'));
  }
  const hole = Array.isArray(given.inject) ? given.inject.indexOf(undefined) : -1;
  if (hole >= 0) {
    problems.push(problem(`inject.${hole}`, 'is undefined, as a circular import leaves a class'));
  }
  if (Array.isArray(given.inject) && given.inject.length > 0 && given.useFactory === undefined) {
    problems.push(problem('inject', 'is for useFactory; a class has its constructor'));
  }
  return problems;
}

function nameOf(token: InjectionToken): string {
  return typeof token === 'function' ? token.name : String(token);
}
