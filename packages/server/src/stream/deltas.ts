import type { Frame } from '@fusion-kit/domain/api';
import type { AgentId, ProjectId } from '@fusion-kit/domain/ids';
import type { Engine, LiveDelta } from '@fusion-kit/engine/engine';

/** Text comes in pieces of a few letters; what arrives within this time is shown together. */
const GATHER_MS = 40;

type Delta = Extract<Frame, { kind: 'delta' }>;

export interface Deltas {
  /** Hands over at once what is gathered, so that nothing is shown after the event that completes it. */
  flush(): void;
  close(): void;
}

/** Gathers what agents are writing, one frame for each task, and hands it over in short intervals. */
export function gatherDeltas(
  engine: Engine,
  project: ProjectId | undefined,
  handOver: (deltas: Delta[]) => void,
): Deltas {
  const gathered = new Map<string, Delta>();
  const concerned = concernOf(engine, project);
  let timer: NodeJS.Timeout | undefined;

  const flush = () => {
    clearTimeout(timer);
    timer = undefined;
    if (gathered.size > 0) handOver([...gathered.values()]);
    gathered.clear();
  };
  const stop = engine.onDelta((delta) => {
    if (!concerned(delta)) return;
    const { agentId, taskId, text } = delta;
    const before = gathered.get(taskId);
    gathered.set(taskId, { kind: 'delta', agentId, taskId, text: (before?.text ?? '') + text });
    timer ??= setTimeout(flush, GATHER_MS);
  });
  return {
    flush,
    close() {
      stop();
      clearTimeout(timer);
    },
  };
}

/** Whether a delta belongs to the project. Looking an agent up takes a moment; what it writes meanwhile is not shown. */
function concernOf(engine: Engine, project: ProjectId | undefined): (delta: LiveDelta) => boolean {
  if (project === undefined) return () => true;
  const projectOf = new Map<AgentId, ProjectId | undefined>();
  return ({ agentId }) => {
    if (!projectOf.has(agentId)) {
      projectOf.set(agentId, undefined);
      engine
        .read((world) => world.get('agents', agentId)?.projectId)
        .then(
          (found) => projectOf.set(agentId, found),
          () => projectOf.delete(agentId),
        );
    }
    return projectOf.get(agentId) === project;
  };
}
