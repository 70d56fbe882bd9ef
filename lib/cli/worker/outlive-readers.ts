/**
 * Lets this process go on when whoever reads its log has gone: other commands end then, as their reader has seen enough, but jobs are run for
 * their own sake.
 */
export function outliveReaders(): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.removeAllListeners('error');
    stream.on('error', (error: NodeJS.ErrnoException) => {
      if (error.code !== 'EPIPE') throw error;
    });
  }
}
