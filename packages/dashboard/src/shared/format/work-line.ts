import type { NodeWork } from '@fusion-kit/domain/node';
import { oneLine } from './tool-line.ts';

/** What a node does, in one line, in the words of its definition. Pure. */
export function workLine(work: NodeWork): string {
  switch (work.kind) {
    case 'agent':
      return oneLine(work.prompt);
    case 'command':
      return `$ ${oneLine(work.run)}`;
    case 'approval':
      return work.to === undefined ? 'asks a person' : `asks ${work.to}`;
    case 'condition':
      return `if ${oneLine(work.if)}`;
    case 'join':
      if (work.ticks) return `ticks ${work.ticks.ids.length} in ${work.ticks.file}`;
      return work.verify.length > 0 ? `$ ${oneLine(work.verify.join(' && '))}` : 'brings branches together';
    case 'map':
      return `over ${oneLine(work.over)}, ${work.width} at a time`;
    case 'loop': {
      const asked = work.until === undefined ? work.while && `while ${work.while}` : `until ${work.until}`;
      return `${asked ? `${oneLine(asked)}, ` : ''}at most ${work.max} ${work.max === 1 ? 'round' : 'rounds'}`;
    }
    case 'subworkflow':
      return work.workflow === undefined ? 'a body of its own' : `runs ${work.workflow}`;
  }
}

/** Which item or round a task belongs to that runs inside another: `item 2 · src/b.js`. Pure. */
export function itemLabel(kind: NodeWork['kind'], index: number, item: string | undefined): string {
  if (kind === 'loop') return `round ${index}`;
  if (kind !== 'map') return '';
  const told = item === undefined ? '' : oneLine(item.startsWith('"') ? unquoted(item) : item, 60);
  return `item ${index}${told && ` · ${told}`}`;
}

function unquoted(json: string): string {
  try {
    return String(JSON.parse(json));
  } catch {
    return json; // a preview, cut off in the middle
  }
}
