/** How deep libraries wrap. */
const DEPTH = 5;

/**
 * What the server said, inside of what a library made of it: TypeORM and Drizzle wrap the driver's error, Prisma keeps its fields.
 * @returns the error itself where nothing of the server is in it
 */
export function serverErrorIn(error: unknown): unknown {
  let inner: unknown = error;
  for (let depth = 0; depth < DEPTH && isObject(inner); depth++) {
    if (typeof inner['severity'] === 'string' && typeof inner['code'] === 'string') return inner;
    inner = inner['driverError'] ?? prismaError(inner) ?? inner['cause'];
  }
  return error;
}

/** @see https://www.prisma.io/docs/orm/reference/error-reference `P2010`: a raw query has failed */
function prismaError({ meta, cause }: Record<string, unknown>): unknown {
  const adapterError = isObject(meta) ? meta['driverAdapterError'] : undefined;
  const fields = isObject(adapterError) ? adapterError['cause'] : cause;
  if (!isObject(fields) || typeof fields['originalCode'] !== 'string') return undefined;
  const { originalCode, originalMessage, severity = 'ERROR' } = fields;
  return Object.assign(new Error(String(originalMessage), { cause: fields }), {
    code: originalCode,
    severity,
  });
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}
