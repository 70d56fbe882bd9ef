import { mkdirSync, readFileSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import ts from 'typescript';
import { bundleApp } from '../../bundle-app.mjs';
import { OUT, TEST } from './out.mjs';

const compilerOptions = {
  target: ts.ScriptTarget.ES2022,
  module: ts.ModuleKind.ESNext,
  verbatimModuleSyntax: true,
  experimentalDecorators: true,
  emitDecoratorMetadata: true,
};

/** What is started as a process, again and again: one file each. */
const ROLES = ['worker', 'producer', 'solo'];

/** Makes JavaScript of the harness, file by file, and of each of its child processes: their types are checked with everything else. */
export async function transpile() {
  rmSync(join(TEST, 'dist'), { recursive: true, force: true });
  mkdirSync(OUT, { recursive: true });
  symlinkSync(join(TEST, '..', 'dist'), join(TEST, 'dist', 'lib'), 'junction');
  for (const path of [...sourcesBelow('chaos'), ...sourcesBelow('servers')]) {
    const text = readFileSync(path, 'utf8');
    const out = join(OUT, relative(TEST, path)).replace(/\.ts$/, '.js');
    const isScript = path.endsWith('.mjs');
    mkdirSync(dirname(out), { recursive: true });
    writeFileSync(
      out,
      isScript ? text : ts.transpileModule(text, { compilerOptions, fileName: path }).outputText,
    );
  }
  const processes = ROLES.map((role) => join('chaos', 'processes', role));
  await Promise.all(processes.map((path) => bundleApp(join(TEST, `${path}.ts`), join(OUT, `${path}.js`))));
}

function sourcesBelow(folder) {
  return readdirSync(join(TEST, folder), { recursive: true, withFileTypes: true })
    .filter(
      (entry) => entry.isFile() && /\.(ts|mjs)$/.test(entry.name) && !/\.(spec|d)\.m?ts$/.test(entry.name),
    )
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !path.endsWith('.d.mts'));
}
