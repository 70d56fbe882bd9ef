import { dirname, join } from 'node:path';
import ts from 'typescript';
import { ROOT, preambleOf, type CodeBlock } from './pages.js';

/** As strict as the project, but a sample may declare what it does not use. */
function readOptions(): ts.CompilerOptions {
  const { config } = ts.readConfigFile(join(ROOT, 'tsconfig.json'), ts.sys.readFile) as { config: object };
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, ROOT);
  return { ...options, noUnusedLocals: false, noUnusedParameters: false, isolatedModules: false };
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
 * preamble in front; one that does stands for itself, as a reader would copy it.
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
  const options = readOptions();
  const host = ts.createCompilerHost(options);
  const { fileExists, readFile, getSourceFile, directoryExists } = host;
  const folders = new Set([...modules.keys()].map((file) => dirname(file)));
  host.directoryExists = (folder) => folders.has(folder) || directoryExists?.call(host, folder) === true;
  host.fileExists = (file) => modules.has(file) || fileExists(file);
  host.readFile = (file) => modules.get(file)?.text ?? readFile(file);
  host.getSourceFile = (file, language, ...rest) => {
    const text = modules.get(file)?.text;
    return text === undefined
      ? getSourceFile.call(host, file, language, ...rest)
      : ts.createSourceFile(file, text, language);
  };

  const program = ts.createProgram([...modules.keys()], options, host);
  return ts.getPreEmitDiagnostics(program).flatMap(({ file, start, messageText }) => {
    const checked = file === undefined ? undefined : modules.get(file.fileName);
    if (file === undefined || checked === undefined) return [];
    const { block, preamble } = checked;
    const inBlock = file.getLineAndCharacterOfPosition(start ?? 0).line - preamble.split('\n').length + 1;
    const where = inBlock < 0 ? 'its preamble' : String(block.line + inBlock);
    return [`${block.page}:${where}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`];
  });
}
