/** Line breaks, and what steers a terminal: C0, DEL, C1 (a bare \u009b begins a sequence), and Unicode's own separators. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const UNFIT_FOR_LOGS = /[\u0000-\u001f\u007f-\u009f\u2028\u2029]/gu;

/** A text from outside as a part of a log line: it must not forge lines, nor steer a terminal. */
export function oneLine(text: string): string {
  return text.replace(UNFIT_FOR_LOGS, escaped);
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
