import type { Outcome } from './script-project.ts';

const ON_STDOUT = [
  ['HELP_TEXT', /^Usage: /m],
  ['I_PLAN_COPIED', /^Plan template copied to /m],
  ['OK_CREATED', /^✓ Created /m],
  ['OK_UPDATED', /^✓ Updated /m],
  ['OK_DONE', /^✓ Context files are up to date$/m],
] as const;

const ON_STDERR = [
  ['E_USAGE', /^Usage: /m],
  ['E_SHORT_NAME_VALUE', /^ERROR: --short-name needs a value\.$/m],
  ['E_NUMBER_VALUE', /^ERROR: --number needs a value\.$/m],
  ['E_NUMBER_FORMAT', /^ERROR: --number needs a whole number, not: /m],
  ['E_UNKNOWN_OPTION', /^ERROR: Unknown option: /m],
  ['E_NOT_FEATURE_BRANCH', /^ERROR: Not on a feature branch: /m],
  ['E_SEVERAL_DIRECTORIES', /^ERROR: Several directories in specs\/ have the number /m],
  ['E_OUTSIDE_SPECS', /^ERROR: The feature name leads out of specs\/: /m],
  ['E_NO_FEATURE_DIR', /^ERROR: Feature directory not found: .*\/speckit\.specify/m],
  ['E_NO_PLAN', /^ERROR: plan\.md not found.*\/speckit\.plan/m],
  ['E_NO_TASKS', /^ERROR: tasks\.md not found.*\/speckit\.tasks/m],
  ['E_UNKNOWN_AGENT', /^ERROR: Unknown agent: /m],
  ['E_NO_AGENT_TEMPLATE', /^ERROR: .* cannot be created: the template .* is missing\.$/m],
  ['E_DONE', /^ERROR: Not every context file could be written\.$/m],
  ['W_NO_GIT', /^WARNING: No git repository here: /m],
  ['W_NO_PLAN_TEMPLATE', /^WARNING: Plan template not found: /m],
  ['W_TRUNCATED', /^WARNING: The name of the branch is too long: /m],
  ['W_NO_LANG', /^WARNING: The plan does not say which language is used\.$/m],
  ['GIT_SWITCHED', /^Switched to a new branch '/m],
  ['GIT_FATAL', /^fatal: /m],
] as const;

/** The kinds of messages in what a script said, sorted. The identifiers are those of `fixtures/script-cases.json`. */
export function messageClasses({ stdout, stderr }: Outcome): string[] {
  const found = [
    ...ON_STDOUT.filter(([, text]) => text.test(stdout)),
    ...ON_STDERR.filter(([, text]) => text.test(stderr)),
  ];
  return found.map(([identifier]) => identifier).toSorted();
}
