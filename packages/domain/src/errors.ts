import * as z from 'zod';
import type { FailureKind } from './failure-kind.ts';

export interface ErrorRow {
  status: number;
  remedy: string;
  /**
   * What becomes of a task that fails with it. Without a word it is tried again as often as its policy says; `never`: a person has to change
   * something first; `free`: nobody's fault, the work goes on where it stopped and no attempt is used up.
   */
  again?: 'never' | 'free';
  /** What sort of failure it is to a retry policy, where that does not follow from `again`. */
  kind?: FailureKind;
}

const allowMore = (limit: string, option: string): string =>
  `Give the agent more (\`limits: {${limit}: …}\` in its team, ${option} of \`agent spawn\`), or all agents in limits.json of the data directory: {"agent": {"${limit}": …}}.`;

/** Every way fusion-kit refuses or fails, by its code: the HTTP status and what a person can do about it. */
export const ERRORS = {
  // at the door
  usage: { status: 400, remedy: 'See `fusion-kit --help`.' },
  file_unreadable: { status: 422, remedy: 'Check the path, and that you may read it.' },
  bad_request: { status: 400, remedy: 'Correct the named fields and send the request again.' },
  unauthorized: {
    status: 401,
    remedy: 'Send `Authorization: Bearer TOKEN` with the token that `fusion-kit status` shows.',
  },
  forbidden_host: { status: 403, remedy: 'Open the page by the address that `fusion-kit status` prints.' },
  forbidden_origin: {
    status: 403,
    remedy: 'Call the API from the page that fusion-kit serves, or without an Origin header.',
  },
  route_unknown: { status: 404, remedy: 'See the routes at /api/v1/openapi.json.' },
  method_not_allowed: { status: 405, remedy: 'See the routes at /api/v1/openapi.json.' },
  body_too_large: { status: 413, remedy: 'Send at most 1 MB; put larger input into a file of the project.' },
  connections_exhausted: { status: 503, remedy: 'Close other pages or followers of this server, then connect again.' },
  version_mismatch: {
    status: 409,
    remedy: 'Run `fusion-kit down` and start again, so that command and server are of one version.',
  },
  // unknown things
  project_unknown: { status: 404, remedy: 'List projects with `fusion-kit project list`.' },
  agent_unknown: { status: 404, remedy: 'List agents with `fusion-kit agent list`.' },
  task_unknown: { status: 404, remedy: 'List tasks with `fusion-kit task list`.' },
  run_unknown: { status: 404, remedy: 'List runs with `fusion-kit run list`.' },
  workflow_unknown: { status: 404, remedy: 'List workflows with `fusion-kit workflow list`.' },
  message_unknown: { status: 404, remedy: 'List messages with `fusion-kit message list`.' },
  question_unknown: { status: 404, remedy: 'See what waits for you with `fusion-kit inbox`.' },
  provider_unknown: { status: 404, again: 'never', remedy: 'List providers with `fusion-kit provider list`.' },
  provider_exists: { status: 409, remedy: 'Choose another id, or say `--replace`.' },
  record_diverges: {
    status: 409,
    again: 'never',
    remedy: 'What the named call was asked has changed since; see what its node was given, in both runs.',
  },
  provider_package_invalid: {
    status: 422,
    again: 'never',
    remedy: 'Install it below the data directory, and see docs/providers.md for what it has to export.',
  },
  runtime_unknown: { status: 422, again: 'never', remedy: 'Use one of the named runtimes.' },
  program_unknown: { status: 422, again: 'never', remedy: 'See `fusion-kit agent runtimes` for those that there are.' },
  wire_unspoken: {
    status: 422,
    again: 'never',
    remedy: 'Give the agent another provider: `fusion-kit agent runtimes --provider ID` shows what fits one.',
  },
  permissions_unheld: {
    status: 422,
    again: 'never',
    remedy: 'Leave `permissions` at allow, or give it another program: its cage holds it either way.',
  },
  program_missing: { status: 422, again: 'never', remedy: 'Install it: `fusion-kit agent install PROGRAM`.' },
  login_missing: { status: 422, again: 'never', remedy: 'Log it in: `fusion-kit agent login PROGRAM`.' },
  blob_unknown: {
    status: 404,
    again: 'never',
    remedy: 'The content was removed or never written; the event keeps its preview.',
  },
  // rules
  move_refused: { status: 409, remedy: 'Look at the present state first; it does not allow this.' },
  project_busy: { status: 409, remedy: 'Cancel its runs and terminate its agents first.' },
  project_exists: { status: 409, remedy: 'Use the existing project, or another directory.' },
  project_path_invalid: { status: 422, remedy: 'Name an existing directory that you can read and write.' },
  agent_name_taken: { status: 409, remedy: 'Choose another name, or terminate the agent that has it.' },
  question_answered: { status: 409, remedy: 'The agent has that answer; write to it with `fusion-kit message send`.' },
  question_refused: {
    status: 409,
    remedy: 'Wait for the answers to the questions that are open, or go on without; a question has at most 20 options.',
  },
  output_unknown: { status: 404, remedy: 'Use one of the names that the task declares.' },
  proposal_refused: { status: 409, remedy: 'Go on without it, and name it in the summary.' },
  quota_exceeded: { status: 429, remedy: 'Go on without it: a dispatch has so much and no more.' },
  dispatch_stale: { status: 409, remedy: 'The task was given to a newer dispatch; this one stops.' },
  idempotency_conflict: { status: 409, remedy: 'Use a new Idempotency-Key for a different request.' },
  budget_exceeded: {
    status: 402,
    again: 'never',
    remedy:
      'Give what is named more: `fusion-kit run budget`, `agent budget` or `project budget`; then do again what is left with `fusion-kit run rerun`.',
  },
  budget_held: {
    status: 402,
    again: 'free',
    kind: 'provider_limit',
    remedy: 'The work continues by itself when calls that are under way give back what they hold and do not use.',
  },
  budget_day_spent: {
    status: 402,
    again: 'free',
    kind: 'provider_limit',
    remedy: 'The work continues by itself when the next day of UTC begins.',
  },
  // workflows
  workflow_syntax: { status: 422, remedy: 'Correct the file at the named line and column.' },
  workflow_invalid: { status: 422, remedy: 'Correct the named nodes.' },
  workflow_cycle: { status: 422, remedy: 'Remove one of the named edges.' },
  workflow_needs_unknown: { status: 422, remedy: 'Name a node of the same workflow, or remove the need.' },
  workflow_too_large: {
    status: 422,
    remedy: 'Split it, or put long texts into files of the project; the limit is named.',
  },
  workflow_reader_busy: { status: 503, remedy: 'Send it again when those are read, which takes seconds.' },
  expression_invalid: {
    status: 422,
    again: 'never',
    remedy: 'Correct what is named there; what expressions may say is in docs/workflows.md, under Expressions.',
  },
  input_missing: { status: 422, remedy: 'Give the named inputs with --input NAME=VALUE.' },
  // work
  sandbox_missing: {
    status: 422,
    again: 'never',
    remedy:
      'Install bubblewrap (Debian: apt-get install bubblewrap), or choose `--sandbox none` knowing that agents can then touch everything you can.',
  },
  workspace_failed: {
    status: 500,
    remedy: 'See the named git or file error; free disk space or repair the repository, then start again.',
  },
  project_store_failed: { status: 500, remedy: 'See the named git error; the user repository was not changed.' },
  setup_failed: { status: 422, remedy: "Run the project's setup command by hand and repair it." },
  verification_failed: {
    status: 422,
    kind: 'verification',
    remedy: 'Read the output of the failed command in the receipt.',
  },
  command_failed: { status: 422, kind: 'verification', remedy: "Read what the command printed in the task's log." },
  output_invalid: {
    status: 422,
    kind: 'verification',
    remedy: 'The output has to be JSON that keeps to the schema the node declares.',
  },
  out_of_scope: {
    status: 422,
    kind: 'verification',
    remedy: 'The named files lie outside what the node may write; widen `writes`, or leave them alone.',
  },
  approval_refused: {
    status: 409,
    again: 'never',
    remedy: 'A person refused; see the comment, then run again from that node.',
  },
  approval_timeout: {
    status: 408,
    again: 'never',
    remedy: 'Nobody answered in time; give the approval a longer timeout or an onTimeout option.',
  },
  loop_limit: { status: 422, again: 'never', remedy: 'Raise max, or set atMax: complete.' },
  process_died: {
    status: 500,
    remedy:
      'Its process crashed or was killed from outside, by the system for lack of memory for example; see its last output.',
  },
  program_failed: {
    status: 502,
    remedy:
      'See what it said; `fusion-kit agent runtimes` tells whether it is usable. Then try again, or use another program.',
  },
  memory_limit: { status: 422, kind: 'crash', remedy: allowMore('memoryMb', '--memory-mb') },
  process_limit: { status: 422, kind: 'crash', remedy: allowMore('processes', '--processes') },
  file_limit: { status: 422, kind: 'crash', remedy: allowMore('fileMb', '--file-mb') },
  disk_limit: { status: 422, kind: 'crash', remedy: allowMore('workspaceMb', '--workspace-mb') },
  agent_stalled: {
    status: 504,
    kind: 'crash',
    remedy: 'The agent made no progress; see its last activity. `stall: ask` or `wait` leaves such agents alone.',
  },
  run_timeout: {
    status: 408,
    again: 'never',
    remedy: 'Give the run a longer timeout, then run again from what is left.',
  },
  nothing_changed: {
    status: 422,
    kind: 'verification',
    remedy: "The task was expected to change files; look at the agent's last answer.",
  },
  landing_conflict: {
    status: 409,
    kind: 'conflict',
    remedy: 'Both sides are named; add a dependency between them or resolve by hand.',
  },
  dependency_failed: { status: 409, remedy: 'See what the named task failed of, repair that, and start again.' },
  agent_gave_up: { status: 422, remedy: "Read the agent's last answer in the task's log." },
  step_limit: { status: 422, remedy: 'Raise maxSteps, or split the task.' },
  agent_looping: {
    status: 422,
    remedy:
      "Read its last calls in the task's log: it lacks what it tries to find out, or another model would not repeat itself.",
  },
  context_exceeded: {
    status: 422,
    again: 'never',
    remedy: 'Choose a model that can be sent more, or split the task.',
  },
  task_timeout: { status: 408, kind: 'timeout', remedy: 'Raise its timeout, or split the task.' },
  server_died: {
    status: 500,
    kind: 'crash',
    remedy:
      'What it does may end the server itself, by taking all memory for example: look at its last call, confine agents (`--sandbox bubblewrap`), then run again from that node with `fusion-kit run fork`.',
  },
  runner_lost: { status: 503, again: 'free', remedy: 'The task is given out again by itself.' },
  // outside of the cage
  host_refused: {
    status: 403,
    again: 'never',
    remedy: 'Name it in `hosts`: of the agent, or of the workflow for its own commands.',
  },
  secret_missing: {
    status: 422,
    again: 'never',
    remedy: 'Set it with `fusion-kit secret set NAME`, or as FUSION_SECRET_NAME in the environment of the server.',
  },
  secret_unfit: {
    status: 422,
    again: 'never',
    remedy: 'Give it a value of 8 to 16,000 characters: a shorter one could not be kept out of what is logged.',
  },
  // providers
  provider_key_missing: {
    status: 422,
    again: 'never',
    remedy: 'Set the named environment variable for the server, or run `fusion-kit provider key set`.',
  },
  keys_unsafe: { status: 422, again: 'never', remedy: 'Let nobody but yourself read the named file.' },
  provider_refused_key: { status: 422, again: 'never', remedy: 'Check the key at the provider.' },
  provider_limited: {
    status: 429,
    again: 'free',
    kind: 'provider_limit',
    remedy: 'The work continues by itself when the limit resets.',
  },
  provider_credits: {
    status: 402,
    again: 'free',
    kind: 'provider_limit',
    remedy: 'Add credits at the provider; the work continues by itself at the next attempt after that.',
  },
  provider_key_expired: {
    status: 422,
    again: 'free',
    kind: 'provider_limit',
    remedy: 'Give it a working key with `fusion-kit provider key set`; the work continues by itself.',
  },
  provider_down: {
    status: 503,
    again: 'free',
    kind: 'provider',
    remedy:
      'The work continues by itself when the provider answers again; a provider with `fallback` steps in meanwhile.',
  },
  provider_unreachable: { status: 503, kind: 'provider', remedy: 'Check the network and the base URL.' },
  provider_failed: { status: 502, kind: 'provider', remedy: 'Try again, or choose another model.' },
  model_unknown: { status: 422, again: 'never', remedy: 'Choose a model the provider lists.' },
  // the house
  journal_locked: {
    status: 409,
    remedy: 'Another fusion-kit uses this data directory: `fusion-kit down`, or set FUSION_KIT_HOME.',
  },
  journal_newer: { status: 409, remedy: 'The data was written by a newer fusion-kit; install that version.' },
  journal_failed: {
    status: 503,
    remedy: 'Free disk space or repair the data directory, then start again; nothing acknowledged is lost.',
  },
  version_conflict: { status: 409, remedy: 'Another writer wrote first; start again.' },
  data_directory_unusable: {
    status: 500,
    remedy: 'Make the directory writable, or set FUSION_KIT_HOME to another one.',
  },
  backup_invalid: { status: 422, remedy: 'Use another backup: this one is not whole, or of something else.' },
  directory_not_empty: { status: 409, remedy: 'Name a directory that is new or empty.' },
  port_taken: { status: 409, remedy: 'Choose another port with --port, or 0 for any free one.' },
  server_unreachable: { status: 503, remedy: 'Start it with `fusion-kit up`.' },
  shutting_down: { status: 503, again: 'free', remedy: 'Wait for the restart and send the request again.' },
  internal: { status: 500, remedy: 'Please report this with the output of `fusion-kit doctor`.' },
} as const satisfies Record<string, ErrorRow>;

export type ErrorCode = keyof typeof ERRORS;
const CODES = Object.keys(ERRORS) as [ErrorCode, ...ErrorCode[]];

/** What went wrong, as it is kept in events and sent to clients (inside `{error: …}`). */
export const Failure = z.object({
  code: z.enum(CODES),
  message: z.string(),
  remedy: z.string(),
  details: z.record(z.string(), z.unknown()).optional(),
  /** Milliseconds to wait before trying again; absent when trying again would not help or needs no wait. */
  retryAfterMs: z.int().nonnegative().optional(),
});
export type Failure = z.infer<typeof Failure>;

export interface FailureOptions {
  details?: Record<string, unknown> | undefined;
  retryAfterMs?: number | undefined;
  remedy?: string | undefined;
  cause?: unknown;
}

/** The one error class: a code of the table, a message that names the thing, a remedy. */
export class FusionError extends Error {
  readonly code: ErrorCode;
  readonly remedy: string;
  readonly details: Record<string, unknown> | undefined;
  readonly retryAfterMs: number | undefined;

  constructor(code: ErrorCode, message: string, options: FailureOptions = {}) {
    super(message, { cause: options.cause });
    this.name = 'FusionError';
    this.code = code;
    this.remedy = options.remedy ?? ERRORS[code].remedy;
    this.details = options.details;
    this.retryAfterMs = options.retryAfterMs;
  }

  get status(): number {
    return ERRORS[this.code].status;
  }

  toJSON(): Failure {
    return {
      code: this.code,
      message: this.message,
      remedy: this.remedy,
      ...(this.details && { details: this.details }),
      ...(this.retryAfterMs !== undefined && { retryAfterMs: this.retryAfterMs }),
    };
  }
}

/** A failure as plain data, for events and refusals. */
export const failure = (code: ErrorCode, message: string, options: FailureOptions = {}): Failure =>
  new FusionError(code, message, options).toJSON();

/** The error behind a failure that came over a wire. */
export const errorOf = (known: Failure): FusionError => new FusionError(known.code, known.message, known);

/** Whatever was thrown as a FusionError; what is not ours becomes `internal` with the original as its cause. */
export const asFusionError = (thrown: unknown): FusionError =>
  thrown instanceof FusionError
    ? thrown
    : new FusionError('internal', thrown instanceof Error ? thrown.message : String(thrown), { cause: thrown });
