import * as z from 'zod';
import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { optionsOf } from '../options.ts';
import { plain } from '../output/plain.ts';
import { examineDirectory } from '../recover/examine.ts';
import type { Finding } from '../recover/finding.ts';
import type { Paint } from '../terminal.ts';

/** Looks at what the data directory holds and says what is wrong; with `--repair` mends what can be. */
export async function recover(call: Call): Promise<Answer> {
  const { repair } = optionsOf(call, z.object({ repair: z.boolean().default(false) }));
  const dataDir = dataDirectoryOf(call);
  const findings = await examineDirectory(dataDir, repair);
  const has = (status: Finding['status']): boolean => findings.some((finding) => finding.status === status);
  const ok = !has('damaged') && !has('repairable');
  return {
    data: { dataDir, ok, repaired: repair, findings },
    ok,
    text: (paint) => {
      const width = Math.max(...findings.map(({ part }) => part.length));
      const end = has('damaged')
        ? paint.red('Damaged: see the lines marked ✗.')
        : has('repairable')
          ? paint.yellow('`fusion-kit recover --repair` mends the lines marked !.')
          : paint.green('Sound.');
      return `${paint.dim(dataDir)}\n${findings.map((finding) => findingText(finding, width, paint)).join('')}\n${end}\n`;
    },
  };
}

const SIGNS = {
  ok: ['✓', 'green'],
  repairable: ['!', 'yellow'],
  repaired: ['✓', 'cyan'],
  damaged: ['✗', 'red'],
  unknown: ['?', 'yellow'],
  skipped: ['–', 'dim'],
} as const;
const ITEMS_SHOWN = 10;

function findingText({ part, status, message, items = [], remedy }: Finding, width: number, paint: Paint): string {
  const [sign, colour] = SIGNS[status];
  const indent = ' '.repeat(width + 4);
  const more = items.length - ITEMS_SHOWN;
  return [
    `${paint[colour](sign)} ${part.padEnd(width)}  ${status === 'repaired' ? paint.cyan('repaired: ') : ''}${plain(message)}\n`,
    ...items.slice(0, ITEMS_SHOWN).map((item) => `${indent}${plain(item)}\n`),
    ...(more > 0 ? [`${indent}${paint.dim(`and ${more} more; --json shows all`)}\n`] : []),
    ...(remedy === undefined ? [] : [`${indent}${paint.yellow('→')} ${remedy}\n`]),
  ].join('');
}
