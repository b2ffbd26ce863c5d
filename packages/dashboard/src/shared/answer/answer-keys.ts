import type { KeyboardEvent } from 'react';
import { isWriting } from '../navigation/is-writing.ts';

/** Presses, with the keys 1 to 9, what stands in the element that listens and carries `data-option-key`. */
export function answerKeys(event: KeyboardEvent<HTMLElement>): void {
  if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
  // React's events also come from what stands elsewhere on the page, such as the question before an option that cannot be undone
  if (!event.currentTarget.contains(event.target as Node)) return;
  const button = event.currentTarget.querySelector<HTMLButtonElement>(`[data-option-key="${event.key}"]`);
  if (!button) return;
  event.preventDefault();
  button.click();
}
