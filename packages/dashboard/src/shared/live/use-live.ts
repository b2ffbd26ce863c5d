import { useRef, useSyncExternalStore } from 'react';
import { useLiveContext } from './live-context.ts';
import type { LiveStore } from './live-store.ts';

type Select<Value> = (store: LiveStore) => Value;

/**
 * A part of the store, read again after every batch of changes; the component renders only when `equal` says it differs.
 * Selectors must be cheap: every mounted one runs on every batch.
 */
export function useLive<Value>(select: Select<Value>, equal: (a: Value, b: Value) => boolean = Object.is): Value {
  const { store } = useLiveContext();
  const kept = useRef<{ version: number; select: Select<Value>; value: Value } | undefined>(undefined);
  const read = (): Value => {
    const last = kept.current;
    if (last && last.version === store.version && last.select === select) return last.value;
    const found = select(store);
    const value = last && equal(last.value, found) ? last.value : found;
    kept.current = { version: store.version, select, value };
    return value;
  };
  return useSyncExternalStore(store.subscribe, read);
}

/** Whether two flat objects or lists hold the same values. */
export function sameFields<Value extends object>(a: Value, b: Value): boolean {
  if (a === b) return true;
  const keys = Object.keys(a) as (keyof Value)[];
  return keys.length === Object.keys(b).length && keys.every((key) => Object.is(a[key], b[key]));
}
