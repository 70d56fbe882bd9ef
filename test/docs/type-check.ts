import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT, preambleOf, type CodeBlock } from './pages.js';

/** As strict as the project, but a sample may declare what it does not use. */
function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, noUnusedLocals: false, noUnusedParameters: false, isolatedModules: false };
}

const OPTIONS = readOptions();
const sources = new Map<string, ts.SourceFile | undefined>();

/** What does not change between two checks is read once. */
function parsed(
  file: string,
  language: ts.ScriptTarget | ts.CreateSourceFileOptions,
): ts.SourceFile | undefined {
  if (!sources.has(file)) {
    const text = ts.sys.readFile(file);
    sources.set(file, text === undefined ? undefined : ts.createSourceFile(file, text, language));
  }
  return sources.get(file);
}

/** A block whose first line says so is that file, and the other blocks of its page can import it. */
export const fileOf = ({ code }: CodeBlock): string | undefined => /^\/\/ (\S+\.ts)\n/.exec(code)?.[1];

function moduleOf(block: CodeBlock, at: number): string {
  const page = block.page.replaceAll(/\W/g, '-');
  const file = fileOf(block);
  return join(ROOT, 'docs', file === undefined ? `${page}.${at}.ts` : join(page, file));
}

/**
 * Type-checks blocks of code together, each as a module of its own. A block that imports nothing gets its page's
 * preamble in front; one that does stands for itself, as a reader would copy it. The library itself is not checked again.
 *
 * @returns what the compiler finds, as `page:line: message`
 */
export function typeCheck(blocks: readonly CodeBlock[]): string[] {
  const modules = new Map(
    blocks.map((block, at) => {
      const preamble = /^import /m.test(block.code) ? '' : preambleOf(block.page);
      const text = `${preamble}${block.code}\nexport {};\n`;
      return [moduleOf(block, at), { block, preamble, text }] as const;
    }),
  );
  const host = ts.createCompilerHost(OPTIONS);
  const { fileExists, readFile, directoryExists } = host;
  const folders = new Set([...modules.keys()].map((file) => dirname(file)));
  host.directoryExists = (folder) => folders.has(folder) || directoryExists?.call(host, folder) === true;
  host.fileExists = (file) => modules.has(file) || fileExists(file);
  host.readFile = (file) => modules.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, language) => {
    const text = modules.get(file)?.text;
    return text === undefined ? parsed(file, language) : ts.createSourceFile(file, text, language);
  };

  const program = ts.createProgram([...modules.keys()], OPTIONS, host);
  return [...modules].flatMap(([path, { block, preamble }]) => {
    const file = program.getSourceFile(path);
    if (file === undefined) throw new Error(`The compiler has passed over ${path}.`);
    const found = ts.getPreEmitDiagnostics(program, file).filter((diagnostic) => diagnostic.file === file);
    return found.map(({ start, messageText }) => {
      const inBlock = file.getLineAndCharacterOfPosition(start ?? 0).line - preamble.split('\n').length + 1;
      const where = inBlock < 0 ? 'its preamble' : String(block.line + inBlock);
      return `${block.page}:${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`;
    });
  });
}
