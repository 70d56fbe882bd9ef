/**
 * Runs one subject of a benchmark in a process of its own and prints what it measured as JSON:
 * `node --expose-gc dist/subject.js memory/end-to-end-ours 500000`,
 * and after the number what else the subject asks for.
 */
import type { Subject } from './subjects.js';

const [name, jobs, ...args] = process.argv.slice(2);
const { default: subject } = (await import(new URL(`./${name}.js`, import.meta.url).href)) as {
  default: Subject;
};
const figures = await subject(Number(jobs), ...args);
process.stdout.write(`${JSON.stringify(figures)}\n`);
process.exit(0);
