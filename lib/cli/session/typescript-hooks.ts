import { readFile } from 'node:fs/promises';
import { createRequire, type LoadHook, type ResolveHook } from 'node:module';
import { fileURLToPath, pathToFileURL } from 'node:url';
import type * as typescript from 'typescript';

/* Hooks of Node's module loader. They run in a thread of their own; the query of this file's URL names the compiler. */

type Compiler = typeof typescript;
type Options = typescript.CompilerOptions;

const SOURCE = /\.[cm]?tsx?$/;
const DECLARATION = /\.d\.[cm]?ts$/;

class SourceReader {
  private readonly byFolder = new Map<string, Options>();

  private compiler: Compiler | undefined;

  private get ts(): Compiler {
    const file = new URL(import.meta.url).searchParams.get('compiler') ?? 'typescript';
    return (this.compiler ??= createRequire(import.meta.url)(file) as Compiler);
  }

  /** The source file that an import of a source file means: a neighbour, or what `paths` of its tsconfig.json says. */
  resolve(specifier: string, from: string): string | undefined {
    const options = this.optionsOf(from);
    const isOwn = /^\.{0,2}\//.test(specifier) || isAlias(specifier, options.paths);
    if (!isOwn) return undefined;
    const { resolvedModule } = this.ts.resolveModuleName(specifier, from, options, this.ts.sys);
    const file = resolvedModule?.resolvedFileName;
    return file !== undefined && SOURCE.test(file) && !DECLARATION.test(file) ? file : undefined;
  }

  compile(text: string, fileName: string): string {
    const compilerOptions: Options = {
      ...this.optionsOf(fileName),
      module: this.ts.ModuleKind.ESNext,
      target: this.ts.ScriptTarget.ES2022,
      // By itself a transpiler knows no types: imports that are used as values stay, as metadata needs them.
      verbatimModuleSyntax: false,
      isolatedModules: true,
      experimentalDecorators: true,
      emitDecoratorMetadata: true,
      sourceMap: false,
      inlineSourceMap: true,
      inlineSources: true,
      declaration: false,
      composite: false,
      incremental: false,
      noEmit: false,
    };
    return this.ts.transpileModule(text, { compilerOptions, fileName }).outputText;
  }

  private optionsOf(file: string): Options {
    const { ts } = this;
    const config = ts.findConfigFile(file, (path) => ts.sys.fileExists(path)) ?? '';
    const known = this.byFolder.get(config);
    if (known !== undefined) return known;
    const read =
      config === ''
        ? {}
        : (ts.readConfigFile(config, (path) => ts.sys.readFile(path)).config as object | undefined);
    const folder = config === '' ? '.' : config.replace(/[\\/][^\\/]*$/, '');
    const { options } = ts.parseJsonConfigFileContent(
      { ...read, files: [file], include: [] },
      ts.sys,
      folder,
    );
    const resolving = {
      ...options,
      moduleResolution: ts.ModuleResolutionKind.Bundler,
      module: ts.ModuleKind.ESNext,
    };
    this.byFolder.set(config, resolving);
    return resolving;
  }
}

function isAlias(specifier: string, paths: Options['paths'] = {}): boolean {
  return Object.keys(paths).some((pattern) => {
    const [head = '', tail] = pattern.split('*');
    return tail === undefined
      ? specifier === pattern
      : specifier.startsWith(head) &&
          specifier.endsWith(tail) &&
          specifier.length >= head.length + tail.length;
  });
}

const reader = new SourceReader();

export const resolve: ResolveHook = (specifier, context, nextResolve) => {
  const { parentURL = '' } = context;
  const isSource = parentURL.startsWith('file:') && SOURCE.test(parentURL);
  const file = isSource ? reader.resolve(specifier, fileURLToPath(parentURL)) : undefined;
  if (file === undefined) return nextResolve(specifier, context);
  return { url: pathToFileURL(file).href, format: 'module', shortCircuit: true };
};

export const load: LoadHook = async (url, context, nextLoad) => {
  if (!url.startsWith('file:') || !SOURCE.test(url)) return nextLoad(url, context);
  const file = fileURLToPath(url);
  const source = reader.compile(await readFile(file, 'utf8'), file);
  return { format: 'module', source, shortCircuit: true };
};
