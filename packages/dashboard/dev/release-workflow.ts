const agent = (prompt: string, more: object = {}) => ({ kind: 'agent', prompt, ...more });
const command = (run: string, more: object = {}) => ({ kind: 'command', run, ...more });
const need = (id: string, ...accept: string[]) => ({ id, accept: accept.length > 0 ? accept : ['completed'] });
const node = (id: string, title: string, work: object, needs: object[] = [], more: object = {}) => ({
  id,
  title,
  work,
  needs,
  requires: [],
  priority: 5,
  retry: { limit: 0, backoffMs: 2_000 },
  timeoutMs: 1_800_000,
  ...more,
});

/** A release: one node of every kind, branches, a failure that is taken care of. As a file would be read. */
export const RELEASE = {
  name: 'release',
  description: 'Moves the storefront to the price service, has a person look at it, and publishes.',
  inputs: {
    version: { description: 'The version that is released' },
    announce: { description: 'Whether customers are told', default: 'yes' },
  },
  team: ['planner', 'builder-ash', 'builder-oak', 'builder-elm', 'reviewer'].map((name) => ({
    name,
    runtime: 'model-loop',
    capabilities: [name.replace(/-.*$/, '')],
    subscriptions: [],
    budget: {},
  })),
  setup: ['npm ci'],
  check: ['npm test'],
  budget: { costUsd: 5 },
  concurrency: 6,
  timeoutMs: 5_400_000,
  stall: 'ask',
  nodes: [
    node(
      'survey',
      'Find what asks for prices',
      agent('List every module that asks for a price.', { outputs: ['files', 'risk'] }),
      [],
      { requires: ['planner'] },
    ),
    node('database', 'Prepare the test database', command('npm run db:reset && npm run db:seed'), []),
    node('risky', 'Is the risk high?', { kind: 'condition', if: "nodes.survey.outputs.risk == 'high'" }, [
      need('survey'),
    ]),
    node('audit', 'Audit the invoices', agent('Compare the invoices of this year before and after.'), [need('risky')], {
      requires: ['reviewer'],
      affinity: 'invoices',
    }),
    node('glance', 'Look at the invoices', agent('Look at three invoices.'), [need('risky', 'skipped')], {
      requires: ['reviewer'],
    }),
    node(
      'sign-off',
      'Sign off the plan',
      {
        kind: 'approval',
        message: 'Shall ${{ inputs.version }} be built from this plan?',
        to: 'the release manager',
        options: [
          { id: 'approve', outcome: 'complete' },
          { id: 'later', label: 'Not this time', outcome: 'skip' },
          { id: 'reject', outcome: 'fail' },
          { id: 'stop', label: 'Stop the release', outcome: 'cancel_run' },
        ],
        onTimeout: 'later',
      },
      [need('survey')],
    ),
    node(
      'migrate',
      'Move each module to the price service',
      { kind: 'map', over: 'fromJson(nodes.survey.outputs.files)', width: 2, tolerant: true },
      [need('survey'), need('database')],
      {
        body: [
          node(
            'move',
            'Move the module',
            agent('Move ${{ item }} to the price service.', {
              verify: ['npm test'],
              expectsChanges: true,
              writes: ['src/**'],
            }),
            [],
            { requires: ['builder'], retry: { limit: 2, backoffMs: 2_000, on: ['timeout', 'verification'] } },
          ),
          node('lint', 'Lint it', command('npx eslint ${{ item }}'), [need('move')]),
        ],
      },
    ),
    node(
      'repair',
      'Repair the flaky tests',
      { kind: 'loop', until: "nodes.ask.outputs.exitCode == '0'", max: 5 },
      [need('database')],
      {
        body: [
          node('mend', 'Mend one flaky test', agent('Mend one flaky test.'), [], { requires: ['builder'] }),
          node('ask', 'Run the tests ten times', command('npm run test:ten-times', { exitCodes: [0, 1] }), [
            need('mend'),
          ]),
        ],
      },
    ),
    node('measure', 'Measure the checkout', command('npm run bench', { verify: ['npm run bench:compare'] }), [
      need('database'),
    ]),
    node(
      'explain',
      'Explain why the checkout became slower and what could be done about it',
      agent('Read the measurement and explain it.'),
      [need('measure', 'failed')],
      { requires: ['planner'] },
    ),
    node('notes', 'Write the release notes', { kind: 'subworkflow', workflow: 'release-notes' }, [need('survey')], {
      body: [
        node('collect', 'Collect what changed', agent('Collect what customers see.'), [], { requires: ['builder'] }),
        node('write', 'Write the notes', agent('Write them.', { files: ['CHANGELOG.md'] }), [need('collect')], {
          requires: ['planner'],
        }),
      ],
    }),
    node('together', 'All of it together', { kind: 'join', verify: ['npm test'] }, [
      need('migrate'),
      need('repair'),
      need('audit', 'completed', 'skipped'),
      need('glance', 'completed', 'skipped'),
      need('sign-off'),
      need('measure', 'completed', 'failed'),
      need('notes'),
    ]),
    node('publish', 'Publish to the shop', command('npm run publish -- ${{ inputs.version }}'), [need('together')]),
    node('roll-back', 'Roll back', command('npm run roll-back'), [need('publish', 'failed')]),
    node('announce', 'Tell the customers', agent('Write to the customers.'), [need('publish')], {
      when: "inputs.announce == 'yes'",
      requires: ['planner'],
    }),
  ],
};
