/** What no text of PostgreSQL can hold (NUL, halves of a character), its kin, and what marks them here. */
const UNSTORABLE = /[\p{Cc}\p{Cs}\uE000]/u;
const EACH_UNSTORABLE = new RegExp(UNSTORABLE, 'gu');
const MARKED = /\uE000([0-9a-f]{4})/g;

/** A name, a key or a reason as it is kept: any text comes back as it was. */
export function toText(text: string): string {
  if (!UNSTORABLE.test(text)) return text;
  return text.replace(EACH_UNSTORABLE, (char) => `\uE000${char.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

export function fromText(kept: string): string {
  if (!kept.includes('\uE000')) return kept;
  return kept.replace(MARKED, (_, code: string) => String.fromCharCode(Number.parseInt(code, 16)));
}
