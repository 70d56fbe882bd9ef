import type { BackendUnderTest } from './harness.js';

export async function openBackend({ backend }: BackendUnderTest): Promise<void> {
  await backend.queue.open();
  await backend.state.open();
}

export async function closeBackend({ backend, dispose }: BackendUnderTest): Promise<void> {
  await backend.queue.close();
  await backend.state.close();
  await dispose?.();
}
