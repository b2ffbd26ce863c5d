import { checkGraph, levels } from '@fusion-kit/domain/graph';
import { NODES_MAX, type WorkflowDefinition } from '@fusion-kit/domain/workflow';
import { fileError, type FileProblem } from '../problem.ts';
import { WORKFLOW_TEXT_MAX } from '../workflow-yaml/read.ts';
import { blocksOf } from './blocks.ts';
import { claimsOf } from './claims.ts';
import { definitionOf, teamFor } from './definition.ts';
import { dependenciesOf } from './dependencies.ts';
import { edgesOf } from './edges.ts';
import { directoryOf, type Feature, projectPath } from './feature.ts';
import { namedPaths } from './named-paths.ts';
import { nodeIds } from './node-ids.ts';
import { orderedBlocks } from './order.ts';
import { type Outline, outline, type OutlinedTask } from './outline.ts';
import { type Phase, phasesOf } from './phases.ts';
import { storyDependencies } from './stories.ts';
import { tasksOf } from './tasks.ts';
import { oddities, type Oddities, problem } from './warnings.ts';

/** Characters of a workflow's name. */
const NAME_MAX = 200;

export interface ReadTasksOptions {
  /** From the top of the project: `specs/001-name/tasks.md`. Boxes are ticked there. */
  file: string;
  /** The text of the feature's plan.md. */
  plan?: string | undefined;
  /** The text of the feature's spec.md. */
  spec?: string | undefined;
  /** Shell commands that the project has to pass at the end of every phase. */
  check?: readonly string[] | undefined;
  /** When true, every oddity is a problem. */
  strict?: boolean | undefined;
}

export interface ReadTasks {
  definition: WorkflowDefinition;
  /** Each `file:line:column: …`, in the order of lines. */
  warnings: string[];
  /** Ids of the tasks whose boxes are ticked already. */
  done: string[];
}

/**
 * Reads a Spec Kit task list (`tasks.md`) as a graph: an agent's work for every open task, a join for every phase. Odd lines are read as well as
 * they can be and told as warnings.
 *
 * @throws {FusionError} `workflow_syntax` for what is no text, `workflow_invalid` without a task or in strict mode, `workflow_needs_unknown` and
 * `workflow_cycle` for what `(depends on …)` says, `workflow_too_large`; each with `details` `{ file, line, column, problems }`
 */
export function readTasks(text: string, { file, plan, spec, check = [], strict = false }: ReadTasksOptions): ReadTasks {
  refuse(file, unreadable(text));
  const odd = oddities();
  const found = outline(text);
  const tasks = tasksOf(text, found, odd);
  refuse(file, uncountable(tasks, found));
  const path = projectPath(file);
  const feature = { file: path, directory: directoryOf(path), plan, spec };
  const title = (found.title ?? '').replace(/^tasks?\s*[:：–—-]\s*/i, '').trim();
  const phases = phasesOf(tasks, title || feature.directory);
  const claims = claimsOf(tasks.map((task) => namedPaths(`${task.text}\n${task.more}`)));
  judge(tasks, phases, claims, odd);
  const { explicit, mentioned, problems } = dependenciesOf(tasks, odd);
  refuse(file, problems);
  const blocks = blocksOf(phases);
  const { blocks: ordered, order } = orderedBlocks(blocks, tasks, explicit, odd);
  const ids = nodeIds(tasks);
  const stories = storyDependencies(found.prose, odd);
  const request = { blocks, ordered, order, tasks, ids, claims, explicit, mentioned };
  const build = (): WorkflowDefinition => {
    const edges = edgesOf({ ...request, stories }, odd);
    return definitionOf({ name: workflowName(title, feature), feature, check, tasks, ids, claims, edges });
  };
  let definition = build();
  if (stories.size > 0 && checkGraph(definition.nodes).length > 0) {
    odd.add(
      'sentences order stories',
      1,
      'what the sentences say of stories is left out: tasks depend on each other the other way',
    );
    stories.clear();
    definition = build();
  }
  refuse(file, definition.nodes.length > NODES_MAX ? [tooLarge(`${definition.nodes.length} nodes`, NODES_MAX)] : []);
  refuse(file, strict ? odd.problems() : []);
  return {
    definition: { ...definition, team: teamFor(widest(definition)) },
    warnings: odd.warnings(file),
    done: tasks.filter(({ done }) => done).map(({ id }) => id),
  };
}

function refuse(file: string, problems: readonly FileProblem[]): void {
  if (problems.length > 0) throw fileError(file, problems);
}

const tooLarge = (is: string, limit: number): FileProblem =>
  problem('workflow_too_large', 1, `${is}; the limit is ${limit}`);

function unreadable(text: string): FileProblem[] {
  if (text.length > WORKFLOW_TEXT_MAX) return [tooLarge(`${text.length} characters`, WORKFLOW_TEXT_MAX)];
  const zero = text.indexOf('\0');
  if (zero === -1) return [];
  return [problem('workflow_syntax', text.slice(0, zero).split('\n').length, 'this is no text: it holds a zero byte')];
}

function uncountable(tasks: readonly OutlinedTask[], { placeholders }: Outline): FileProblem[] {
  if (tasks.length >= NODES_MAX) return [tooLarge(`${tasks.length} tasks`, NODES_MAX)];
  if (tasks.length > 0) return [];
  const why = placeholders > 0 ? ': these are the placeholders of the template' : '';
  return [
    problem(
      'workflow_invalid',
      1,
      `there is no task${why}; a task is a line like "- [ ] T001 Add the schema in src/db.ts"`,
    ),
  ];
}

/** Of 1.0's convergence phase, where no file is named. */
const FINDING = /\((?:missing|partial|contradicts|unrequested)\)\s*$/;

/** What the grammar wants and lenient reading does without. */
function judge(
  tasks: readonly OutlinedTask[],
  phases: readonly Phase[],
  claims: readonly { files: string[] }[],
  odd: Oddities,
): void {
  for (const [position, { id, line, text, oddities: own }] of tasks.entries()) {
    for (const oddity of own) odd.add('lines are not as the grammar wants them', line, `${id}: ${oddity}`);
    if (claims[position]!.files.length === 0 && !FINDING.test(text))
      odd.add('tasks name no file', line, `${id} names no file`);
  }
  for (const { story, tasks: own } of phases) {
    for (const { id, line, story: label } of own) {
      if (story !== undefined && label !== undefined && label !== story)
        odd.add(
          'tasks stand in the phase of another story',
          line,
          `${id} is labelled ${label} and stands in the phase of ${story}`,
        );
    }
  }
}

/** The most agents that could work at once. Joins stand on levels of their own and do not count. */
function widest({ nodes }: WorkflowDefinition): number {
  const agents = new Set(nodes.filter(({ work }) => work.kind === 'agent').map(({ id }) => id));
  return levels(nodes).reduce((most, level) => Math.max(most, level.filter((id) => agents.has(id)).length), 0);
}

/** A project may have features of the same title, which are different workflows: `Tea shop (001-tea)`. */
function workflowName(title: string, { directory }: Feature): string {
  if (title === '' || directory === '.') return (title || directory).slice(0, NAME_MAX);
  const place = ` (${directory.replace(/^specs\//, '')})`.slice(0, NAME_MAX / 2);
  return `${title.slice(0, NAME_MAX - place.length)}${place}`;
}
