import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { examine, type Finding } from '../doctor/examine.ts';
import { leashText } from '../output/leash-text.ts';
import type { Paint } from '../terminal.ts';
import { plain } from '../output/plain.ts';

/** What this machine has, what confines agents on it, and what is missing; starts nothing. */
export async function doctor(call: Call): Promise<Answer> {
  const { findings, leash } = await examine({ dataDir: dataDirectoryOf(call), env: call.env });
  const ok = findings.every((finding) => finding.status !== 'fail');
  return {
    data: { ok, checks: findings, leash },
    ok,
    text: (paint) => {
      const width = Math.max(...findings.map((finding) => finding.name.length));
      return [
        ...findings.map((finding) => findingText(finding, width, paint)),
        `\n${paint.bold('What holds agents back on this machine')}\n`,
        leashText(leash, paint),
        `\n${ok ? paint.green('Ready.') : paint.red('Not ready: see the lines marked ✗.')}\n`,
      ].join('');
    },
  };
}

const SIGNS = { ok: ['✓', 'green'], warn: ['!', 'yellow'], fail: ['✗', 'red'] } as const;

function findingText({ name, status, message, remedy }: Finding, width: number, paint: Paint): string {
  const [sign, colour] = SIGNS[status];
  const lines = (remedy ?? '').split('\n').filter(Boolean);
  const indent = ' '.repeat(width + 4);
  return [
    `${paint[colour](sign)} ${name.padEnd(width)}  ${plain(message)}\n`,
    ...lines.map((line, at) => `${indent}${at === 0 ? paint.yellow('→') : ' '} ${line}\n`),
  ].join('');
}
