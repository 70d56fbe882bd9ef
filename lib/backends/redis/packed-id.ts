/** In the order of their codes, so that packed ids have the order of the UUIDs that they stand for. */
const ALPHABET = '-0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ_abcdefghijklmnopqrstuvwxyz';
/** The first character has the two bits that are left over; no id of a caller may begin with one of these. */
const FIRST = '$%&(';
/** Before an id that begins with one of them, or with this. */
const ESCAPE = '!';
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/;
const UUID_LENGTH = 36;
const PACKED_LENGTH = 22;
/** Where the hyphens of a UUID stand. */
const HYPHENS: readonly number[] = [8, 13, 18, 23];

const VALUES = Uint8Array.from({ length: 128 }, (_, code) =>
  Math.max(0, ALPHABET.indexOf(String.fromCharCode(code))),
);
const HEX = Array.from({ length: 4096 }, (_, value) => value.toString(16).padStart(3, '0'));
const PAIRS = Array.from(
  { length: 4096 },
  (_, value) => `${ALPHABET[value >> 6] ?? ''}${ALPHABET[value & 63] ?? ''}`,
);
const PLACES = Array.from({ length: UUID_LENGTH }, (_, place) => place).filter(
  (place) => !HYPHENS.includes(place),
);

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
  const lead = digitAt(uuid, 0);
  let packed = FIRST[lead >> 2] as string;
  let bits = lead & 3;
  // After the first digit two bits are left over; five times six digits, 24 bits each, keep them two ahead.
  for (let digit = 1; digit < 31; digit += 3) {
    const twelve =
      (bits << 10) |
      (digitAt(uuid, digit) << 6) |
      (digitAt(uuid, digit + 1) << 2) |
      (digitAt(uuid, digit + 2) >> 2);
    packed += PAIRS[twelve] as string;
    bits = digitAt(uuid, digit + 2) & 3;
  }
  return packed + (ALPHABET[(bits << 4) | digitAt(uuid, 31)] as string);
}

function unpackUuid(packed: string, lead: number): string {
  // 2 bits, then pairs of characters of 12 bits: shifted by two, so that each three hexadecimal digits lie across two pairs.
  let hex = '';
  let carry = lead;
  for (let place = 1; place < 21; place += 2) {
    const twelve = (valueAt(packed, place) << 6) | valueAt(packed, place + 1);
    hex += HEX[(carry << 10) | (twelve >> 2)] as string;
    carry = twelve & 3;
  }
  const last = (carry << 6) | valueAt(packed, 21);
  hex += last.toString(16).padStart(2, '0');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

function digitAt(uuid: string, digit: number): number {
  const code = uuid.charCodeAt(PLACES[digit] as number);
  return code < 58 ? code - 48 : code - 87;
}

function valueAt(packed: string, place: number): number {
  return VALUES[packed.charCodeAt(place)] as number;
}
