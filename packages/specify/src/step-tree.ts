import { plain } from './panel.ts';
import type { World } from './world.ts';

type StepState = 'pending' | 'running' | 'done' | 'error' | 'skipped';
interface Step {
  label: string;
  state: StepState;
  detail: string;
}

/** What is to be done and how far it is. On a terminal it is painted over as it changes, until it is printed or erased. */
export interface StepTree {
  add(key: string, label: string): void;
  start(key: string, detail?: string): void;
  done(key: string, detail?: string): void;
  skip(key: string, detail?: string): void;
  fail(key: string, detail?: string): void;
  /** Ends it: once, as it is now. */
  print(): void;
  /** Ends it: nothing of it stays. */
  erase(): void;
}

const PAINTED_EVERY_MS = 80;

export function stepTree(title: string, world: World): StepTree {
  const { paint } = world;
  const marks = {
    pending: paint.dim('○'),
    running: paint.cyan('◐'),
    done: paint.green('●'),
    error: paint.red('✗'),
    skipped: paint.yellow('○'),
  };
  const steps = new Map<string, Step>();
  let painted = 0;
  let paintedAtMs = 0;

  const text = (cut: boolean): string[] => {
    const rows = [...steps.values()].map(({ label, state, detail }, at) => {
      const branch = paint.dim(at === steps.size - 1 ? '└──' : '├──');
      const shown = plain(detail);
      // A row that the terminal breaks would be counted as one and leave its rest behind.
      const room = cut ? world.columns - label.length - 9 : Number.POSITIVE_INFINITY;
      const fitting = shown.length > room ? `${shown.slice(0, Math.max(0, room - 1))}…` : shown;
      return `${branch} ${marks[state]} ${label}${fitting ? ` ${paint.dim(`(${fitting})`)}` : ''}`;
    });
    return [paint.cyan(title), ...rows];
  };
  const erase = () => {
    if (painted > 0) world.out(`\u001b[${painted}A\u001b[J`);
    painted = 0;
  };
  const repaint = (force: boolean) => {
    if (!world.live || (!force && performance.now() - paintedAtMs < PAINTED_EVERY_MS)) return;
    erase();
    const rows = text(true);
    world.out(`${rows.join('\n')}\n`);
    painted = rows.length;
    paintedAtMs = performance.now();
  };
  const move = (state: StepState) => (key: string, detail?: string) => {
    const step = steps.get(key)!;
    const moved = step.state !== state;
    step.state = state;
    step.detail = detail ?? step.detail;
    repaint(moved);
  };
  return {
    add: (key, label) => void steps.set(key, { label, state: 'pending', detail: '' }),
    start: move('running'),
    done: move('done'),
    skip: move('skipped'),
    fail: move('error'),
    print() {
      erase();
      world.out(`${text(false).join('\n')}\n\n`);
    },
    erase,
  };
}
