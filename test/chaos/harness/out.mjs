import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `test/`, of the sources or of what was made of them. */
export const TEST = fileURLToPath(new URL('../../', import.meta.url));
/** Its folder `lib` is what is built: imports of the sources hold there as well. */
export const OUT = isBuilt(TEST) ? TEST : join(TEST, 'dist', 'test');

/** Whether this very file is one that was made. */
function isBuilt(folder) {
  return basename(dirname(folder)) === 'dist';
}
