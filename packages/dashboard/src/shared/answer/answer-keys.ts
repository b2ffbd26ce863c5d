import type { KeyboardEvent, RefObject } from 'react';
import { isWriting } from '../navigation/is-writing.ts';

/** Presses, with the keys 1 to 9, what stands in a place and carries `data-option-key`. */
export const answerKeys = (place: RefObject<HTMLElement | null>) => (event: KeyboardEvent) => {
  if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
  // React's events also come from what stands elsewhere on the page, such as the question before an option that cannot be undone
  if (!place.current?.contains(event.target as Node)) return;
  const button = place.current.querySelector<HTMLButtonElement>(`[data-option-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
};
