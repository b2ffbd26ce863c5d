import { fileURLToPath } from 'node:url';
import { asking } from '@fusion-kit/testing/runtime-deeds';
import { ROOT } from '../real-server.ts';
import { PARLEY } from './points.ts';

/** Nine tasks in three layers; each writes a file of its own, runs a command, tells the others and finishes. */
const NAMES = Array.from({ length: 9 }, (_, at) => `piece${String(at).padStart(2, '0')}`);
const title = (name: string) => `Write ${name} of the mosaic`;
const STEP_MS = 10;

export interface Workload {
  name: string;
  /** The workflow file. */
  source: string;
  scenario: unknown;
  /** Programs of its agents, as `agents.json` says them. */
  programs?: unknown;
  /** How many results a run that completes has accepted. */
  results: number;
  /** What its branch then holds beside what was there before. */
  files: readonly string[];
}

export const mosaic: Workload = {
  name: 'agents that write a mosaic',
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
      '    retries: 8',
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

/** Nodes of every other kind: an agent plans, a person agrees, commands work in a map and a loop, a join looks at what has landed. */
export const garden: Workload = {
  name: 'nodes of every kind that make a garden',
  source: [
    'name: garden',
    'team:',
    '  - { name: gardener, capabilities: [code], count: 1 }',
    'nodes:',
    '  plan:',
    '    title: Plan the garden',
    '    prompt: Plan it.',
    '    verify: [test -s plan.txt]',
    '    retries: 8',
    '  agree:',
    '    needs: [plan]',
    '    message: Shall it be planted?',
    '  beds:',
    '    needs: [agree]',
    '    over: [roses, herbs, beans]',
    '    body:',
    '      plant: { run: "echo ${{ item }} > bed-${{ index }}.txt", expectsChanges: true, retries: 8 }',
    '  water:',
    '    needs: [agree]',
    '    max: 2',
    '    atMax: complete',
    '    body:',
    '      pour: { run: "echo ${{ iteration }} > water-${{ iteration }}.txt", expectsChanges: true, retries: 8 }',
    '  sunny:',
    '    needs: [plan]',
    '    if: "1 == 1"',
    '  done:',
    '    needs: [beds, water, sunny]',
    '    kind: join',
    '    verify: [test -s bed-3.txt, test -s water-2.txt]',
  ].join('\n'),
  scenario: [
    {
      name: 'plan',
      match: 'Plan the garden',
      steps: [
        { tool: 'write_file', args: { path: 'plan.txt', content: 'Beds, then water.\n' }, sleepMs: STEP_MS },
        { tool: 'finish', args: { summary: 'It is planned.' }, sleepMs: STEP_MS },
      ],
    },
  ],
  results: 6,
  files: ['plan.txt', 'bed-1.txt', 'bed-2.txt', 'bed-3.txt', 'water-1.txt', 'water-2.txt'],
};

const node = (script: string) => ({ command: process.execPath, args: ['--conditions=fusion-kit-source', script] });
const readable = ['packages', 'node_modules', 'package.json', 'tests/mcp'].map((path) => `${ROOT}/${path}`);
const calls = [
  { name: 'fusion_ask_person', arguments: { question: 'Is there a wall?', options: ['yes', 'no'] } },
  { name: 'fusion_propose_task', arguments: { title: 'Hang the picture', prompt: 'Hang it.', requires: ['paint'] } },
  { name: 'fusion_finish', arguments: { summary: 'It may be hung.' } },
];
const scenes = asking(
  { write: 'scene.txt', text: 'A scene.\n' },
  { run: 'sleep 0.1; cat scene.txt > copy.txt; sleep 300 & sleep 0.1' },
  { finish: 'It is played.' },
);

/** An agent that asks a person, one that is a program of its own and asks before whatever it does, and one that is a script, asks, and proposes a task that a person agrees to. */
export const parley: Workload = {
  name: PARLEY,
  source: [
    'name: parley',
    'team:',
    '  - { name: painter, capabilities: [paint] }',
    '  - { name: actor, program: actor, permissions: ask, capabilities: [act] }',
    '  - { name: broker, program: broker, runtime: command, capabilities: [broke] }',
    'nodes:',
    '  paint:',
    '    title: Paint the picture',
    '    prompt: Paint it.',
    '    requires: [paint]',
    '    verify: [test -s picture.txt]',
    '    expectsChanges: true',
    '    retries: 8',
    '  play:',
    '    title: Play the scene',
    `    prompt: ${JSON.stringify(scenes)}`,
    '    requires: [act]',
    '    verify: [test -s copy.txt]',
    '    expectsChanges: true',
    '    retries: 8',
    '  propose:',
    '    title: Propose what is next',
    `    prompt: ${JSON.stringify(`<<CALLS ${JSON.stringify(calls)} CALLS>>`)}`,
    '    requires: [broke]',
    '    retries: 8',
  ].join('\n'),
  scenario: [
    {
      name: 'paint',
      match: 'Paint the picture',
      steps: [
        { tool: 'ask_person', args: { question: 'In which colour?', options: ['red', 'blue'] }, sleepMs: STEP_MS },
        { tool: 'write_file', args: { path: 'picture.txt', content: 'A picture.\n' }, sleepMs: STEP_MS },
        { tool: 'finish', args: { summary: 'It is painted.' }, sleepMs: STEP_MS },
      ],
    },
    {
      name: 'hang',
      match: 'Hang the picture',
      steps: [{ tool: 'finish', args: { summary: 'It hangs.' }, sleepMs: STEP_MS }],
    },
  ],
  programs: {
    actor: { acp: node(fileURLToPath(import.meta.resolve('@fusion-kit/testing/acp-agent'))), readable },
    broker: { headless: node(`${ROOT}/tests/mcp/agent-program.ts`), readable },
  },
  results: 2,
  files: ['picture.txt', 'scene.txt', 'copy.txt'],
};
