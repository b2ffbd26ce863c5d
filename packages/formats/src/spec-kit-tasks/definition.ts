import type { AgentSpec } from '@fusion-kit/domain/agent';
import type { NodeWork } from '@fusion-kit/domain/node';
import type { WorkflowDefinition, WorkflowNode } from '@fusion-kit/domain/workflow';
import type { Claims } from './claims.ts';
import type { Edges, Join } from './edges.ts';
import { promptWriter } from './prompt.ts';
import type { Feature } from './feature.ts';
import type { OutlinedTask } from './outline.ts';
import type { Phase } from './phases.ts';
import { readingOrder } from './reading-order.ts';

export interface DefinitionRequest {
  name: string;
  feature: Feature;
  /** The project's commands that every phase has to pass. */
  check: readonly string[];
  tasks: readonly OutlinedTask[];
  ids: readonly string[];
  claims: readonly Claims[];
  edges: Edges;
}

const TITLE_MAX = 120;
const TIMEOUT_MS = 30 * 60_000;
const STEPS = 50;
/** A node has to fit an event of the log, so the boxes of a phase with more open tasks are ticked by several joins. */
const TICKS_MAX = 500;
const AGENTS_MAX = 4;
/** A task that begins so looks at things: that nothing changed is no failure. */
const LOOKS =
  /^[^\p{L}]*(?:(?:verify|validate|run|re-?run|check|confirm|ensure|review|test|manual(?:ly)?|execute|benchmark|measure|audit|smoke|perform|profile|prove|demonstrate|verific(?:ar?|e)|valid(?:ar?|er|e)|e[jx]ecut(?:ar?|e)|comprobar|probar|revisar?|v[ée]rifier|ex[ée]cuter|pr[üu]fen?)(?!\p{L})|验证|驗證|确认|確認|检查|檢查|运行|執行|执行|検証|実行|검증|실행|확인|провер|запуст)/iu;

/** The graph as the house has it: an agent for every open task, a join for every done one and for every phase. */
export function definitionOf(request: DefinitionRequest): WorkflowDefinition {
  const { name, feature, check, tasks, edges } = request;
  const prompt = promptWriter(feature, tasks.length);
  const phases = new Map<number, Phase>();
  for (const { phase } of edges.joins) for (const position of phase?.tasks ?? []) phases.set(position, phase!.phase);
  const taskNodes = tasks.map((task, position) => {
    const phase = phases.get(position)!;
    const { files } = request.claims[position]!;
    const work: NodeWork = task.done
      ? { kind: 'join', verify: [] }
      : {
          kind: 'agent',
          prompt: prompt(task, phase, request.claims[position]!),
          outputs: [],
          verify: [],
          expectsChanges: files.length > 0 && !LOOKS.test(task.text),
          ...(files.length > 0 && !LOOKS.test(task.text) && { files }),
          maxSteps: STEPS,
        };
    return node(request.ids[position]!, titleOf(task), work, edges.needs[position]!, {
      priority: priorityOf(phase),
      affinity: task.story ?? phase.story ?? phase.id,
    });
  });
  return {
    name,
    description: `The tasks of ${feature.file}`,
    inputs: {},
    team: [],
    setup: [],
    check: [...check],
    budget: {},
    nodes: readingOrder(
      taskNodes,
      edges.joins.flatMap((join) => joinNodes(join, request)),
    ),
  };
}

/** What ends a phase: the check on what has landed, then the boxes. */
function joinNodes({ id, needs, phase }: Join, { feature, check, tasks }: DefinitionRequest): WorkflowNode[] {
  if (!phase) return [node(id, id, { kind: 'join', verify: [] }, needs)];
  const open = phase.tasks.map((position) => tasks[position]!).filter(({ done, unboxed }) => !done && unboxed !== true);
  const ids = [...new Set(open.flatMap((task) => [task.id, ...task.parts]))];
  const verify = phase.tasks.some((position) => !tasks[position]!.done) ? [...check] : [];
  const chunks = Array.from({ length: Math.max(1, Math.ceil(ids.length / TICKS_MAX)) }, (_, at) =>
    ids.slice(at * TICKS_MAX, (at + 1) * TICKS_MAX),
  );
  const names = chunks.map((_, at) => (at === chunks.length - 1 ? id : `${id}-boxes-${at + 1}`));
  const title = `End of ${phase.phase.title}`.slice(0, TITLE_MAX);
  return chunks.map((own, at) => {
    const ticks = own.length > 0 ? { ticks: { file: feature.file, ids: own } } : {};
    const before = at === 0 ? needs : [names[at - 1]!];
    return node(names[at]!, title, { kind: 'join', verify: at === 0 ? verify : [], ...ticks }, before, {
      affinity: phase.phase.id,
    });
  });
}

const node = (
  id: string,
  title: string,
  work: NodeWork,
  needs: readonly string[],
  { priority = 5, affinity }: { priority?: number; affinity?: string } = {},
): WorkflowNode => ({
  id,
  title,
  work,
  needs: needs.map((need) => ({ id: need, accept: ['completed'] })),
  requires: [],
  priority,
  retry: { limit: 1, backoffMs: 2_000 },
  timeoutMs: TIMEOUT_MS,
  ...(affinity !== undefined && { affinity }),
});

function titleOf({ id, text }: OutlinedTask): string {
  const line = text.replaceAll(/[\s`*]+/g, ' ').trim();
  return `${id} ${line}`.trim().slice(0, TITLE_MAX);
}

/** The first story goes first; one without a priority last. */
const priorityOf = ({ story, priority }: Phase): number =>
  story === undefined ? 5 : Math.max(1, 8 - Math.min(priority ?? 7, 7));

/** Agents for a run of a list: as many as can work at once, four at most. */
export const teamFor = (widest: number): AgentSpec[] =>
  Array.from({ length: Math.min(widest, AGENTS_MAX) }, (_, at) => ({
    name: `w-${at + 1}`,
    runtime: 'model-loop',
    capabilities: [],
    subscriptions: [],
    budget: {},
  }));
