import { existsSync, readFileSync } from 'node:fs';
import { relative, sep } from 'node:path';
import { ROOT } from './project.mjs';

const MOST_LINES = 30;

/**
 * What vitest's JSON reporter wrote about one project, counted. A file that could not even be loaded has no tests to
 * count and is one failure; so is a run that ended badly for a reason that no test shows.
 *
 * @param {string} path of the report
 * @param {{ code: number, timedOut: boolean }} run how vitest ended
 * @returns {{ passed: number, failed: number, skipped: number, files: Map<string, number>, failures: string[] }}
 * `files`: tests that ran, by file
 */
export function readVitestReport(path, { code, timedOut }) {
  const counts = { passed: 0, failed: 0, skipped: 0, files: new Map(), failures: [] };
  const fail = (line) => {
    counts.failed += 1;
    counts.failures.push(line);
  };
  const report = existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')) : { testResults: [] };
  for (const file of report.testResults) {
    const name = relative(ROOT, file.name).split(sep).join('/');
    const tests = file.assertionResults;
    for (const test of tests) {
      if (test.status === 'passed') counts.passed += 1;
      else if (test.status !== 'failed') counts.skipped += 1;
      else fail(`${name}: ${test.fullName}\n    ${whatFailed(test.failureMessages[0])}`);
    }
    if (file.status === 'failed' && !tests.some(({ status }) => status === 'failed')) {
      fail(`${name}: ${firstLine(file.message) || 'could not be loaded'}`);
    }
    counts.files.set(name, tests.filter(({ status }) => status === 'passed' || status === 'failed').length);
  }
  if (timedOut) fail('it did not finish in time and was ended');
  else if (code !== 0 && counts.failed === 0) fail(`vitest ended with code ${code}: see its output above`);
  else if (counts.passed + counts.failed === 0) fail('no test ran');
  return counts;
}

/** What differs stands below the first line, and where it was seen in the stack: of a failure that comes once in a hundred runs that is all there is. */
const whatFailed = (text = '') => text.split('\n').slice(0, MOST_LINES).join('\n    ');

const firstLine = (text = '') => text.split('\n', 1)[0];
