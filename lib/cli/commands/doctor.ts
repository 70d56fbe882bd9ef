import type { Command } from 'commander';
import type { CommandKit } from '../command-run.js';
import type { Finding } from '../doctor/finding.js';
import { EXIT } from '../exit-codes.js';
import { counted } from '../output/counted.js';
import type { Output } from '../output/output.js';
import { targetOf } from '../session/target.js';

/** `doctor`. */
export function addDoctor(doctor: Command, kit: CommandKit): void {
  doctor.action(
    kit.action(async ({ output, options }) => {
      const target = targetOf(options, kit.env, kit.folder);
      const { examine } = await import('../doctor/examine.js');
      const { findings, checks } = await examine(target, options.verbose === true);
      const errors = findings.filter(({ severity }) => severity === 'error').length;
      if (output.isJson) output.json({ ok: errors === 0, findings, checks });
      else show(output, findings, checks);
      return errors === 0 ? EXIT.done : EXIT.findings;
    }),
  );
}

function show({ terminal }: Output, findings: readonly Finding[], checks: readonly string[]): void {
  const { green, red, yellow, dim, bold } = terminal.colors;
  for (const check of checks) terminal.print(`${green('ok')}       ${check}`);
  for (const { severity, subject, code, message, remedy } of findings) {
    const mark = severity === 'error' ? red('error  ') : yellow('warning');
    terminal.print(`${mark}  ${bold(subject)} ${dim(code)}: ${message}`);
    terminal.print(`         ${green('What to do:')} ${remedy}`);
  }
  const count = (severity: Finding['severity']): string =>
    counted(findings.filter((finding) => finding.severity === severity).length, severity);
  terminal.print(findings.length === 0 ? 'Nothing is wrong.' : `${count('error')}, ${count('warning')}.`);
}
