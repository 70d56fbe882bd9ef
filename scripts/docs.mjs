import { readFileSync, readdirSync, writeFileSync } from 'node:fs';
import { build } from './build.mjs';
import { ensureInstalled } from './ensure-install.mjs';
import { inRoot, isEntry } from './support/project.mjs';

const FOLDER = inRoot('docs');
/** `<!-- generated: name -->` … `<!-- /generated -->`: what stands between is written here and nowhere else. */
const SECTION = /(<!-- generated: ([\w-]+) -->\n)[\s\S]*?(<!-- \/generated -->)/g;

/** What every page should be now, by its file name, and what it is. */
async function pages() {
  ensureInstalled();
  if (!(await build())) return undefined;
  const { renderSections } = await import('./support/docs-sections.mjs');
  const sections = await renderSections();
  const used = new Set();
  const rendered = readdirSync(FOLDER)
    .filter((file) => file.endsWith('.md'))
    .map((file) => {
      const is = readFileSync(inRoot('docs', file), 'utf8');
      const should = is.replace(SECTION, (_, open, name, close) => {
        if (!(name in sections)) throw new Error(`docs/${file}: there is no generated section "${name}".`);
        used.add(name);
        return `${open}\n${sections[name]}\n\n${close}`;
      });
      return { file, is, should };
    });
  const unused = Object.keys(sections).filter((name) => !used.has(name));
  if (unused.length > 0)
    throw new Error(`No page in docs/ shows the generated sections ${unused.join(', ')}.`);
  return rendered;
}

/** @returns {Promise<boolean>} whether every generated section says what the code says; names the pages that do not */
async function docsAreCurrent() {
  const stale = (await pages())?.filter(({ is, should }) => is !== should);
  for (const { file } of stale ?? []) console.log(`   docs/${file} is out of date: npm run docs`);
  return stale?.length === 0;
}

async function writeDocs() {
  const rendered = await pages();
  for (const { file, is, should } of rendered ?? []) {
    if (is === should) continue;
    writeFileSync(inRoot('docs', file), should);
    console.log(`docs/${file} written`);
  }
  return rendered !== undefined;
}

if (isEntry(import.meta.url)) {
  const good = process.argv.includes('--check') ? await docsAreCurrent() : await writeDocs();
  process.exitCode = good ? 0 : 1;
}
