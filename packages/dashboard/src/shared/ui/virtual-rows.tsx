import { useVirtualizer } from '@tanstack/react-virtual';
import { type ReactNode, useEffect, useRef } from 'react';
import styles from './virtual-rows.module.css';

interface VirtualRowsProps<Item> {
  items: readonly Item[];
  keyOf: (item: Item) => string | number;
  /** Height of most rows, in pixels; taller ones are measured. */
  rowHeight: number;
  children: (item: Item, index: number) => ReactNode;
  label: string;
  role?: 'list' | 'rowgroup';
  onScrollTop?: (scrollTop: number) => void;
  /** Called when the last row comes into view. */
  onEnd?: () => void;
  /** Rows as wide as this scroll sideways where there is less room. */
  minWidth?: number;
  head?: ReactNode;
  /** When it changes, the list goes back to its top. */
  topKey?: number;
}

/** A long list of which only the visible rows exist. */
export function VirtualRows<Item>(props: VirtualRowsProps<Item>) {
  const { items, keyOf, rowHeight, children, label, role = 'list', onScrollTop, onEnd, minWidth, head, topKey } = props;
  const scroller = useRef<HTMLDivElement>(null);
  // its answers change in place: what they are passed to must not be memoised, and is not
  // oxlint-disable-next-line react/incompatible-library
  const virtual = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => rowHeight,
    getItemKey: (index) => keyOf(items[index] as Item),
    overscan: 8,
  });
  const rows = virtual.getVirtualItems();
  const last = rows.at(-1)?.index;
  useEffect(() => {
    if (last !== undefined && last >= items.length - 1) onEnd?.();
  }, [last, items.length, onEnd]);
  useEffect(() => {
    if (topKey) scroller.current?.scrollTo({ top: 0 });
  }, [topKey]);
  return (
    <div
      ref={scroller}
      className={styles['scroller']}
      onScroll={onScrollTop && ((event) => onScrollTop(event.currentTarget.scrollTop))}
      // a list that scrolls must be reachable without a mouse
      tabIndex={0}
      aria-label={label}
      role={role === 'rowgroup' ? 'table' : 'group'}
    >
      <div className={styles['width']} style={{ minWidth }}>
        {head}
        <div className={styles['rows']} style={{ height: virtual.getTotalSize() }} role={role} aria-label={label}>
          {rows.map((row) => (
            <div
              key={row.key}
              ref={virtual.measureElement}
              data-index={row.index}
              className={styles['row']}
              style={{ transform: `translateY(${row.start}px)` }}
              role={role === 'rowgroup' ? 'presentation' : 'listitem'}
            >
              {children(items[row.index] as Item, row.index)}
            </div>
          ))}
        </div>
      </div>
    </div>
  );
}
