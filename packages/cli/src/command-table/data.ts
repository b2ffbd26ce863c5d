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
  {
    path: 'backup',
    summary: 'copy the data directory, while a server runs or not',
    arguments: [['<target>', 'a new directory, or a new file: .tar, .tar.gz or .tgz']],
    options: [['--with-token', 'put the access token in as well']],
    load: async () => (await import('../commands/backup.ts')).backup,
  },
  {
    path: 'restore',
    summary: 'make a data directory of a backup',
    arguments: [['<backup>', 'what `fusion-kit backup` made']],
    options: [['--home <directory>', 'a new or empty directory (default: the data directory)']],
    load: async () => (await import('../commands/restore.ts')).restore,
  },
  {
    path: 'recover',
    summary: 'look whether the data is sound, and repair it',
    options: [['--repair', 'mend what can be mended (default: only look)']],
    load: async () => (await import('../commands/recover.ts')).recover,
  },
];
