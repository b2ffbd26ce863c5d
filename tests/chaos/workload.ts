/** Nine tasks in three layers; each writes a file of its own, runs a command, tells the others and finishes. */
const NAMES = Array.from({ length: 9 }, (_, at) => `piece${String(at).padStart(2, '0')}`);
const title = (name: string) => `Write ${name} of the mosaic`;
const STEP_MS = 10;

export interface Workload {
  /** The workflow file. */
  source: string;
  scenario: unknown;
  /** How many results a run that completes has accepted. */
  results: number;
  /** What its branch then holds beside what was there before. */
  files: readonly string[];
}

export const mosaic: Workload = {
  source: [
    'name: mosaic',
    'team:',
    '  - { name: maker, capabilities: [code], subscriptions: [done.>], count: 3 }',
    'nodes:',
    ...NAMES.flatMap((name, at) => [
      `  ${name}:`,
      `    title: ${title(name)}`,
      `    prompt: Write ${name}.`,
      ...(at >= 3 ? [`    needs: [${NAMES[at - 3]}]`] : []),
      `    verify: [test -s ${name}.txt]`,
      '    expectsChanges: true',
      '    retries: 3',
    ]),
  ].join('\n'),
  scenario: NAMES.map((name) => ({
    name,
    match: title(name),
    steps: [
      { tool: 'write_file', args: { path: `${name}.txt`, content: `${name}\n` }, sleepMs: STEP_MS },
      { tool: 'shell', args: { command: `sleep 0.02; cat ${name}.txt` }, sleepMs: STEP_MS },
      { tool: 'send_message', args: { to: `done.${name}`, text: `${name} is written.` }, sleepMs: STEP_MS },
      { tool: 'finish', args: { summary: `${name} is written. ${'A long account. '.repeat(200)}` }, sleepMs: STEP_MS },
    ],
  })),
  results: NAMES.length,
  files: NAMES.map((name) => `${name}.txt`),
};
