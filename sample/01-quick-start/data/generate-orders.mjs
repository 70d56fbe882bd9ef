// Writes orders.csv and malformed.json anew, the same bytes every time: `node generate-orders.mjs [folder]`
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SEED = 20_260_401;
const ROWS = 1_200;

const COLUMNS = ['orderId', 'orderedAt', 'customer', 'email', 'sku', 'quantity', 'unitPrice', 'currency'];

const FIRST = 'Ana Bruno Chloé Dmitri Elif Farid Grace Hiro Inés Jonas Keiko Luca Mei Noor Olga Pablo Quinn Rosa Søren Tariq Uma Viktor Wanda Ximena Yusuf Zoë'.split(' ');
const LAST = 'Abbott Becker Costa Dubois Eriksen Fischer García Haddad Ito Jansen Kowalska Lindqvist Moreau Nakamura Okafor Petrov Quintero Rossi Schäfer Tanaka Ünal Varga Weber Xu Yılmaz Zhang'.split(' ');
const SUFFIX = ['GmbH', 'Ltd.', 'S.A.', 'Inc.', 'BV', 'AB'];
const ITEMS = [
  ['BOOK-0142', 1890], ['BOOK-0377', 2450], ['LAMP-2003', 5990], ['DESK-1108', 34900], ['CHAIR-0815', 18950],
  ['MUG-0007', 990], ['CABLE-3M', 1249], ['MOUSE-552', 2999], ['KEYB-104', 7900], ['PAPER-A4', 549],
];
const CURRENCIES = ['EUR', 'EUR', 'EUR', 'USD', 'USD', 'GBP', 'CHF'];

/** mulberry32, a 32-bit generator by Tommy Ettinger: small, and the same everywhere. */
function generator(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const random = generator(SEED);
const pick = (list) => list[Math.floor(random() * list.length)];
const ascii = (text) =>
  text.normalize('NFD').replaceAll(/[^\w. -]/g, '').toLowerCase().replaceAll(/[ .]+/g, '.').replaceAll(/^\.|\.$/g, '');

function order(index) {
  const [first, last] = [pick(FIRST), pick(LAST)];
  const isCompany = random() < 0.2;
  const [sku, cents] = pick(ITEMS);
  const orderedAt = new Date(Date.UTC(2026, 2, 1) + Math.floor((index / ROWS) * 31) * 86_400_000);
  return {
    orderId: `OR-${String(100_001 + index)}`,
    orderedAt: orderedAt.toISOString().slice(0, 10),
    // A company's name holds a comma, so that the file needs quotes.
    customer: isCompany ? `${last}, ${first} ${pick(SUFFIX)}` : `${first} ${last}`,
    email: `${ascii(`${first} ${last}`)}${index % 97}@${isCompany ? `${ascii(last)}.example` : 'mail.example'}`,
    sku,
    quantity: 1 + Math.floor(random() ** 3 * 12),
    unitPrice: (cents / 100).toFixed(2),
    currency: pick(CURRENCIES),
  };
}

/** How a row can be wrong: what it does to the order, and the field that an error must name. */
const FAULTS = [
  { fault: 'no e-mail', field: 'email', spoil: (row) => ({ ...row, email: '' }) },
  { fault: 'negative price', field: 'unitPrice', spoil: (row) => ({ ...row, unitPrice: `-${row.unitPrice}` }) },
  { fault: 'unknown currency', field: 'currency', spoil: (row) => ({ ...row, currency: pick(['EURO', '€', 'XXX']) }) },
  { fault: 'quantity in words', field: 'quantity', spoil: (row) => ({ ...row, quantity: pick(['two', 'n/a', '1O']) }) },
  { fault: 'column missing', field: 'currency', spoil: ({ currency: _, ...row }) => row },
  { fault: 'column too many', field: 'surplus', spoil: (row) => ({ ...row, note: 'gift wrap' }) },
  { fault: 'e-mail without a host', field: 'email', spoil: (row) => ({ ...row, email: row.email.split('@')[0] }) },
];
const MALFORMED = 20;

const quote = (value) => (/[",\n]/.test(String(value)) ? `"${String(value).replaceAll('"', '""')}"` : String(value));

const lines = [COLUMNS.join(',')];
const malformed = [];
for (let index = 0; index < ROWS; index++) {
  const good = order(index);
  // Every sixtieth row, beginning with the 31st.
  const place = index % (ROWS / MALFORMED) === 30 ? Math.floor(index / (ROWS / MALFORMED)) : undefined;
  const { fault, field, spoil } = place === undefined ? {} : FAULTS[place % FAULTS.length];
  const row = spoil === undefined ? good : spoil(good);
  lines.push(Object.values(row).map(quote).join(','));
  if (spoil !== undefined) malformed.push({ line: lines.length, fault, field });
}

const folder = process.argv[2] ?? fileURLToPath(new URL('.', import.meta.url));
writeFileSync(join(folder, 'orders.csv'), `${lines.join('\n')}\n`);
writeFileSync(join(folder, 'malformed.json'), `[\n${malformed.map((entry) => `  ${JSON.stringify(entry)}`).join(',\n')}\n]\n`);
