import { connect, createServer, type Server } from 'node:net';

/** Stands before a server and changes what it says; the length has to stay. */
export async function rewritingProxy(
  target: number,
  rewrite: (text: string) => string,
): Promise<{ readonly port: number; readonly close: () => void }> {
  const server: Server = createServer((client) => {
    const upstream = connect(target, '127.0.0.1');
    for (const socket of [client, upstream]) socket.on('error', () => undefined);
    client.on('close', () => upstream.destroy()).pipe(upstream);
    upstream
      .on('close', () => client.destroy())
      .on('data', (bytes) => client.write(Buffer.from(rewrite(bytes.toString('latin1')), 'latin1')));
  });
  await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
  return { port: (server.address() as { port: number }).port, close: () => void server.close() };
}
