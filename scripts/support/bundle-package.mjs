import { dirname, posix, relative, sep } from 'node:path';
import { rolldown } from 'rolldown';
import { inRoot, readJson } from './project.mjs';

/**
 * Started beside the app, not imported by the package: the command line of the app's own installation, hooks that Node
 * loads by their file, and what `nest add` calls.
 */
const STARTED = ['cli/run-cli.js', 'cli/session/typescript-hooks.js', 'cli/schematics/nest-add.js'];

/** Looks for the file that it is in, whoever has made it. */
const MEANS_ITS_FILE = 'errors/causes.js';

/**
 * Joins the compiled modules to a few files: one for each entry point and one for what several of them share. An app
 * reads some ten files at its start in the place of 700: 0.42 s of processor time instead of 0.70, its libraries included.
 *
 * @param {string} from folder of the compiled modules
 * @param {string} to folder of what is published
 * @returns {Promise<string[]>} the files, relative to it
 */
export async function bundlePackage(from, to) {
  const names = [...entryPoints(), ...STARTED];
  const bundle = await rolldown({
    input: Object.fromEntries(names.map((name) => [name.slice(0, -'.js'.length), `${from}/${name}`])),
    platform: 'node',
    tsconfig: false,
    // Whatever is not ours stays where its package manager has put it.
    external: (id) => !id.startsWith('.') && !id.startsWith('/') && !id.startsWith(from),
    treeshake: false,
    plugins: [placesOfModules(from)],
  });
  const { output } = await bundle.write({
    dir: to,
    format: 'esm',
    entryFileNames: '[name].js',
    // A folder that nobody else has: by it frames of a stack are known as the package's own.
    chunkFileNames: 'nestjs-tasks/[name]-[hash].js',
    // Metrics, logs and errors say the names of classes.
    keepNames: true,
  });
  await bundle.close();
  return output.map(({ fileName }) => fileName);
}

/** The files that package.json names. */
function entryPoints() {
  const { exports, bin } = readJson(inRoot('package.json'));
  const files = [...Object.values(exports).map((target) => target.default), ...Object.values(bin)];
  return files.flatMap((file) => /^\.\/dist\/(.*\.js)$/.exec(file ?? '')?.[1] ?? []);
}

/** What is read beside a module, as scripts and statements are, lies where it lay: what it calls its own place is that, seen from the file it is in. */
function placesOfModules(from) {
  const mark = /__PLACE_OF_(.*?)__/g;
  return {
    name: 'places-of-modules',
    transform(code, id) {
      if (!code.includes('import.meta.url')) return undefined;
      const place = relative(from, id).split(sep).join('/');
      if (place === MEANS_ITS_FILE) return undefined;
      return { code: code.replaceAll('import.meta.url', `"__PLACE_OF_${place}__"`) };
    },
    renderChunk(code, { fileName }) {
      return code.replaceAll(new RegExp(`"${mark.source}"`, 'g'), (_, place) =>
        place === fileName
          ? 'import.meta.url'
          : // Bundlers of apps take `new URL(text, import.meta.url)` for a file that they are to copy, and there is none at that place.
            `((base) => new URL(${JSON.stringify(posix.relative(dirname(fileName), place))}, base).href)(import.meta.url)`,
      );
    },
  };
}
