import type { Task } from '@fusion-kit/domain/task';
import { useReducedMotion } from '@mantine/hooks';
import { type OnMove, useReactFlow, useStore } from '@xyflow/react';
import { useCallback, useEffect, useLayoutEffect, useRef } from 'react';
import { focusOf, READABLE_ZOOM, togetherOf, viewOf } from './graph-view.ts';
import type { Box } from './layout.ts';

const GLIDE_MS = 450;
const SMALLEST_ZOOM = 0.1;

/** Keeps the view on everything, or on what matters where that is too much, until a person moves it. */
export function useGraphView(places: ReadonlyMap<string, Box>, tasks: readonly Task[]) {
  const flow = useReactFlow();
  const width = useStore((state) => state.width);
  const height = useStore((state) => state.height);
  const still = useReducedMotion();
  const moved = useRef(false);
  const shown = useRef(false);
  const whole = viewOf(places, places.keys(), { width, height }, SMALLEST_ZOOM);
  const fits = whole !== undefined && whole.zoom >= READABLE_ZOOM;
  const focus = fits ? '' : focusOf(tasks.filter((task) => places.has(task.id))).join();

  useEffect(() => {
    if (width === 0 || moved.current) return;
    const ids = focus === '' ? places.keys() : togetherOf(places, focus.split(','), { width, height });
    const view = viewOf(places, ids, { width, height }, READABLE_ZOOM);
    if (!view) return;
    void flow.setViewport(view, { duration: still || !shown.current ? 0 : GLIDE_MS });
    shown.current = true;
  }, [flow, places, focus, width, height, still]);

  // what a person opens or puts away stays where it is on the screen
  const held = useRef<{ id: string; before: Box }>(undefined);
  useLayoutEffect(() => {
    const after = held.current && places.get(held.current.id);
    if (!held.current || !after) return;
    const { before } = held.current;
    held.current = undefined;
    const { x, y, zoom } = flow.getViewport();
    void flow.setViewport({ x: x + (before.x - after.x) * zoom, y: y + (before.y - after.y) * zoom, zoom });
  }, [flow, places]);
  const hold = useCallback(
    (id: string) => {
      const before = places.get(id);
      if (!before) return;
      held.current = { id, before };
      moved.current = true;
    },
    [places],
  );

  const onMoveStart = useCallback<OnMove>((event) => {
    if (event !== null) moved.current = true; // null: the page itself moved it
  }, []);
  const showAll = () => {
    moved.current = !fits;
    if (whole) void flow.setViewport(whole, { duration: still ? 0 : GLIDE_MS });
  };
  return { onMoveStart, showAll, hold };
}
