import type { Phase } from './phases.ts';

/** Phases that run at the same time: one, or several stories. A block begins when the one before it has ended. */
export interface Block {
  phases: Phase[];
  /** The node that is done when the whole block is. */
  exit: string;
}

/** Stories in a row run beside each other; every other phase, and a story that comes again, is a barrier. In file order. */
export function blocksOf(phases: readonly Phase[]): Block[] {
  const blocks: Block[] = [];
  let together = 0;
  for (const phase of phases) {
    const last = blocks.at(-1);
    const beside =
      phase.story !== undefined &&
      last?.phases.every(({ story }) => story !== undefined && story !== phase.story) === true;
    if (beside) {
      last.phases.push(phase);
      if (last.phases.length === 2) last.exit = `stories-${(together += 1)}`;
    } else blocks.push({ phases: [phase], exit: phase.id });
  }
  return blocks;
}
