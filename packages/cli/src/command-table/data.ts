import type { CommandEntry } from './entry.ts';

/** What is kept: archived, copied, brought back, repaired. */
export const DATA: readonly CommandEntry[] = [
  {
    path: 'archive',
    summary: 'move old events into compressed files; they are read as before',
    options: [
      ['--keep-days <days>', 'leave the events of so many days where they are (default: 30)'],
      ['--keep-events <number>', 'leave so many of the newest events where they are'],
    ],
    load: async () => (await import('../commands/archive.ts')).archive,
  },
];
