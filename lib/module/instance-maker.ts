import type { Type } from '@nestjs/common';
import { ModuleRef, type ModulesContainer } from '@nestjs/core';
import { TaskRegistrationError, toErrorRecord } from '../errors/index.js';
import { hostsOf, importersOf, isScopedClass, isScopeRefusal, type ModuleHost } from '../handlers/index.js';
import { TasksRunner } from './runner.js';

type AnyClass<T> = abstract new (...args: never[]) => T;

/** Gets the instances of classes that options and decorators name: middleware, carriers. */
export class TasksInstanceMaker {
  constructor(private readonly modules: ModulesContainer) {}

  /** The module that imports `TasksModule.forRoot()`: what the classes of its options need is looked for there. */
  root(): ModuleHost {
    const [host] = hostsOf(this.modules, TasksRunner);
    const importer = host && (importersOf(this.modules, host)[0] ?? host);
    if (importer === undefined)
      throw new TaskRegistrationError('TasksModule.forRoot() is not part of the app.');
    return importer;
  }

  /** The modules that provide a class. */
  hostsOf(type: AnyClass<unknown>): ModuleHost[] {
    return hostsOf(this.modules, type);
  }

  /**
   * The provider where the app has one, else made with injection from a module.
   *
   * @param what Names its kind in the message: `Middleware`.
   * @param accept Turns the instance into what is wanted, or throws.
   * @throws TaskRegistrationError naming the class
   */
  async make<T, R>(
    what: string,
    type: AnyClass<T>,
    host: ModuleHost,
    accept: (instance: T) => R,
  ): Promise<R> {
    try {
      return accept(this.provided(type, host) ?? (await create(type, host)));
    } catch (error) {
      const reason = toErrorRecord(error).message;
      const remedy = isAboutScope(error)
        ? 'Make it a singleton that injects only singletons. What belongs to one job it gets when it runs: `moduleRef.resolve(TheClass, jobContextId(ctx, moduleRef), { strict: false })`.'
        : 'List it in the providers of a module that has what it needs.';
      throw new TaskRegistrationError(
        `${what} ${type.name} cannot be made in ${host.metatype.name}: ${reason}\n${remedy}`,
        { cause: error },
      );
    }
  }

  /** The app's own instance of it: of the module that names it, else of any. */
  private provided<T>(type: AnyClass<T>, host: ModuleHost): T | undefined {
    const provider = [host, ...this.hostsOf(type)]
      .map(({ providers }) => providers.get(type))
      .find((wrapper) => wrapper !== undefined);
    // Made by hand, a class would be one instance without a word, whatever scope its decorator asks for.
    const isScoped =
      provider === undefined
        ? isScopedClass(type)
        : provider.isTransient || !provider.isDependencyTreeStatic();
    if (isScoped) throw new ScopedClassError();
    return provider?.instance as T | undefined;
  }
}

/** Why a class whose instances belong to single jobs cannot serve all of them. */
class ScopedClassError extends Error {
  constructor() {
    super('it is a scoped provider, and one instance has to serve all jobs.');
  }
}

/** Whether a class has, or depends on something that has, another scope; the second Nest finds out when it makes it. */
function isAboutScope(error: unknown): boolean {
  return error instanceof ScopedClassError || isScopeRefusal(error);
}

function create<T>(type: AnyClass<T>, host: ModuleHost): Promise<T> {
  const moduleRef = host.getProviderByKey<ModuleRef>(ModuleRef).instance;
  return moduleRef.create(type as Type<T>);
}
