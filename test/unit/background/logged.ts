import { Logger } from '@nestjs/common';
import { onTestFinished, vi } from 'vitest';

/** What Nest's logger is told from now to the end of the test, as `level: message`. */
export function keepLog(): string[] {
  const lines: string[] = [];
  for (const level of ['warn', 'error'] as const) {
    const spy = vi.spyOn(Logger.prototype, level).mockImplementation((message: unknown) => {
      lines.push(`${level}: ${String(message)}`);
    });
    onTestFinished(() => spy.mockRestore());
  }
  return lines;
}
