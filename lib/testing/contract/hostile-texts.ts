/** Texts that have broken one store or another: SQL, Lua and glob characters, prototypes, other scripts, length. */
export const HOSTILE_TEXTS: readonly string[] = [
  '__proto__',
  'constructor',
  'hasOwnProperty',
  "'; DROP TABLE jobs; --",
  '"quoted" \\ back\\slash',
  '{curly}',
  'a:b:c',
  '*?[^a]',
  '%s %d $1 ${x}',
  'line\nbreak\ttab\r',
  'ключ-ключ',
  '日本語',
  '🦊 emoji',
  'e\u0301 and \u00e9',
  ' spaces around ',
  'x'.repeat(512),
];

/** Names that the rules allow (letters, digits, `.`, `_`, `-`; ids also `:`) and that a careless store mixes up. */
export const HOSTILE_NAMES: readonly string[] = [
  'constructor',
  'hasOwnProperty',
  'toString',
  'A',
  'a',
  'a.b',
  'a_b',
  'a-b',
  '0',
  '00',
  '1e3',
  'null',
  'undefined',
  'n'.repeat(128),
];
