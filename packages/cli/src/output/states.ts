import type { AgentState } from '@fusion-kit/domain/agent';
import type { RunState } from '@fusion-kit/domain/run';
import type { TaskState } from '@fusion-kit/domain/task';
import type { Paint } from '../terminal.ts';

type State = TaskState | RunState | AgentState;
type Colour = 'green' | 'red' | 'yellow' | 'cyan' | 'dim';

const LOOKS: Record<State, readonly [glyph: string, colour: Colour]> = {
  queued: ['○', 'dim'],
  assigned: ['◔', 'cyan'],
  running: ['●', 'cyan'],
  completed: ['✓', 'green'],
  failed: ['✗', 'red'],
  cancelled: ['⊘', 'yellow'],
  skipped: ['↷', 'dim'],
  paused: ['‖', 'yellow'],
  spawning: ['◔', 'cyan'],
  idle: ['○', 'green'],
  working: ['●', 'cyan'],
  error: ['✗', 'red'],
  terminated: ['⊘', 'dim'],
};

/** A state with its sign and colour, wherever one is shown; `detail` stands in its place when there is more to say. */
export function shownState(state: State, paint: Paint, detail: string = state): string {
  const [glyph, colour] = LOOKS[state];
  return paint[colour](`${glyph} ${detail}`);
}
