/** In the order of their codes, so that packed ids have the order of the UUIDs that they stand for. */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** The first character has the two bits that are left over; no id of a caller may begin with one of these. */
const FIRST = '$%&(';
/** Before an id that begins with one of them, or with this. */
const ESCAPE = '!';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_LENGTH = 36;
const PACKED_LENGTH = 22;

/** By character: what it stands for in a UUID, and in a packed id. */
const HEX_VALUES = Uint8Array.from({ length: 128 }, (_, code) => {
  const value = parseInt(String.fromCharCode(code), 16);
  return Number.isNaN(value) ? 0 : value;
});
const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))),
);
/** By value: the character of a packed id, and the digit of a UUID. */
const CODES = Uint8Array.from(ALPHABET, (character) => character.charCodeAt(0));
const DIGITS = Uint8Array.from('0123456789abcdef', (digit) => digit.charCodeAt(0));
/** Where in the text of a UUID each of its four words begins, and where its second half does: a hyphen may lie between. */
const WORDS = [0, 9, 19, 28] as const;
const HALVES = [4, 14, 24, 32] as const;
/** Texts are written here at once: joined of parts they took 0.5 us each. */
const packedText = Buffer.alloc(PACKED_LENGTH);
const uuidText = Buffer.alloc(UUID_LENGTH, '-');

/** An id as it is kept: a UUID in 22 ordered characters instead of 36, which saves 32 bytes a waiting job; any other as it is. */
export function packId(id: string): string {
  if (id.length === UUID_LENGTH && UUID.test(id)) return packUuid(id);
  const isTaken = id !== '' && `${ESCAPE}${FIRST}`.includes(id.charAt(0));
  return isTaken ? `${ESCAPE}${id}` : id;
}

/** The id that was packed. */
export function unpackId(packed: string): string {
  const first = packed.charCodeAt(0);
  if (first === 33) return packed.slice(1);
  if (packed.length !== PACKED_LENGTH) return packed;
  const lead = FIRST.indexOf(packed[0] as string);
  return lead === -1 ? packed : unpackUuid(packed, lead);
}

/** 128 bits: two in the first character, then 21 times six. */
function packUuid(uuid: string): string {
  const first = wordAt(uuid, 0);
  const second = wordAt(uuid, 1);
  const third = wordAt(uuid, 2);
  const fourth = wordAt(uuid, 3);
  packedText[0] = FIRST.charCodeAt(first >>> 30);
  writePair(1, first >>> 18);
  writePair(3, first >>> 6);
  writePair(5, (first << 6) | (second >>> 26));
  writePair(7, second >>> 14);
  writePair(9, second >>> 2);
  writePair(11, (second << 10) | (third >>> 22));
  writePair(13, third >>> 10);
  writePair(15, (third << 2) | (fourth >>> 30));
  writePair(17, fourth >>> 18);
  writePair(19, fourth >>> 6);
  packedText[21] = CODES[fourth & 63] as number;
  return packedText.toString('latin1');
}

function unpackUuid(packed: string, lead: number): string {
  const [a, b, c, d, e] = [
    pairAt(packed, 1),
    pairAt(packed, 3),
    pairAt(packed, 5),
    pairAt(packed, 7),
    pairAt(packed, 9),
  ];
  const [f, g, h, i, j] = [
    pairAt(packed, 11),
    pairAt(packed, 13),
    pairAt(packed, 15),
    pairAt(packed, 17),
    pairAt(packed, 19),
  ];
  writeWord(0, (lead << 30) | (a << 18) | (b << 6) | (c >>> 6));
  writeWord(1, (c << 26) | (d << 14) | (e << 2) | (f >>> 10));
  writeWord(2, (f << 22) | (g << 10) | (h >>> 2));
  writeWord(3, (h << 30) | (i << 18) | (j << 6) | (VALUES[packed.charCodeAt(21)] as number));
  return uuidText.toString('latin1');
}

/** 32 bits of a UUID. */
function wordAt(uuid: string, word: 0 | 1 | 2 | 3): number {
  return (halfAt(uuid, WORDS[word]) << 16) | halfAt(uuid, HALVES[word]);
}

function halfAt(uuid: string, at: number): number {
  return (
    (digitAt(uuid, at) << 12) |
    (digitAt(uuid, at + 1) << 8) |
    (digitAt(uuid, at + 2) << 4) |
    digitAt(uuid, at + 3)
  );
}

function digitAt(uuid: string, at: number): number {
  return HEX_VALUES[uuid.charCodeAt(at)] as number;
}

function writeWord(word: 0 | 1 | 2 | 3, value: number): void {
  writeHalf(WORDS[word], value >>> 16);
  writeHalf(HALVES[word], value);
}

function writeHalf(at: number, value: number): void {
  uuidText[at] = DIGITS[(value >>> 12) & 15] as number;
  uuidText[at + 1] = DIGITS[(value >>> 8) & 15] as number;
  uuidText[at + 2] = DIGITS[(value >>> 4) & 15] as number;
  uuidText[at + 3] = DIGITS[value & 15] as number;
}

/** Twelve bits as two characters. */
function writePair(at: number, twelve: number): void {
  packedText[at] = CODES[(twelve >>> 6) & 63] as number;
  packedText[at + 1] = CODES[twelve & 63] as number;
}

function pairAt(packed: string, at: number): number {
  return ((VALUES[packed.charCodeAt(at)] as number) << 6) | (VALUES[packed.charCodeAt(at + 1)] as number);
}
