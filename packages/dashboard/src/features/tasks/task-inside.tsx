import { hasBody } from '@fusion-kit/domain/node';
import type { Task } from '@fusion-kit/domain/task';
import { preview } from '@fusion-kit/domain/text';
import { useState } from 'react';
import { itemLabel } from '../../shared/format/work-line.ts';
import { insideLine, insideOf, itemsOf } from '../../shared/live/inside.ts';
import { sameFields, useLive } from '../../shared/live/use-live.ts';
import { DrawerSection } from '../../shared/ui/side-drawer.tsx';
import { TaskLink } from './task-link.tsx';
import styles from './task-inside.module.css';

const SHOWN = 50;
const NAMES = { map: 'Items', loop: 'Rounds', subworkflow: 'Inside' } as const;

/** What a map, a loop or a sub-workflow has opened, by item or round. */
export function TaskInside({ task }: { task: Task }) {
  const [shown, setShown] = useState(SHOWN);
  const children = useLive(
    (store) => store.world.childrenOf(task.id).flatMap((id) => store.world.get('tasks', id) ?? []),
    sameFields,
  );
  const line = useLive((store) => insideLine(task, insideOf(store, task)));
  const { work } = task;
  if (!hasBody(work)) return null;
  const items = itemsOf(children);
  return (
    <DrawerSection title={NAMES[work.kind]} note={line}>
      {[...items].slice(0, shown).map(([index, own]) => {
        const item = own[0]?.scope?.values['item'];
        const label = itemLabel(work.kind, index, item === undefined ? undefined : preview(item));
        return (
          <div key={index} className={styles['item']}>
            {label && <h4 className="fk-clip">{label}</h4>}
            {own.map((child) => (
              <TaskLink key={child.id} task={child} />
            ))}
          </div>
        );
      })}
      {items.size > shown && (
        <button type="button" className="fk-plain fk-link fk-dim" onClick={() => setShown(shown + SHOWN)}>
          show {Math.min(SHOWN, items.size - shown)} more of {items.size}
        </button>
      )}
    </DrawerSection>
  );
}
