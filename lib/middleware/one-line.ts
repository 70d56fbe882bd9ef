/** Line breaks and control characters that JSON leaves as they are. */
// oxlint-disable-next-line no-control-regex -- they are what it looks for
const LEFT_BY_JSON = /[\u007f-\u009f\u2028\u2029]/gu;

/** A text from outside as a part of a log line: it must not forge lines, nor steer a terminal. */
export function oneLine(text: string): string {
  return JSON.stringify(text)
    .slice(1, -1)
    .replace(LEFT_BY_JSON, (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}
