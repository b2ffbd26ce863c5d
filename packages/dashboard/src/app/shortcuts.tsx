import { ActionIcon, Modal } from '@mantine/core';
import { IconKeyboard } from '@tabler/icons-react';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef, useState } from 'react';
import { isWriting } from '../shared/navigation/is-writing.ts';
import { PLACES } from './places.ts';
import styles from './shortcuts.module.css';

const CHORD_MS = 1_200;

/** `g` and a letter goes to a page, `?` lists what there is. */
export function Shortcuts() {
  const navigate = useNavigate();
  const [helping, setHelping] = useState(false);
  const chord = useRef(0);
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.metaKey || event.ctrlKey || event.altKey || isWriting(event.target)) return;
      if (event.key === '?') return setHelping(true);
      const inChord = Date.now() - chord.current < CHORD_MS;
      chord.current = event.key === 'g' ? Date.now() : 0;
      const place = inChord ? PLACES.find(({ key }) => key === event.key) : undefined;
      if (place) void navigate({ to: place.to });
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, [navigate]);
  return (
    <>
      <ActionIcon
        className={styles['button'] ?? ''}
        aria-label="Keyboard shortcuts"
        title="Keyboard shortcuts (?)"
        onClick={() => setHelping(true)}
      >
        <IconKeyboard size={16} stroke={1.75} />
      </ActionIcon>
      <Modal opened={helping} onClose={() => setHelping(false)} title="Keyboard">
        <dl className={styles['keys']}>
          {PLACES.map(({ name, key }) => (
            <div key={key}>
              <dt>{name}</dt>
              <dd>
                <kbd>g</kbd> then <kbd>{key}</kbd>
              </dd>
            </div>
          ))}
          <div>
            <dt>Close what is open</dt>
            <dd>
              <kbd>Esc</kbd>
            </dd>
          </div>
          <div>
            <dt>This list</dt>
            <dd>
              <kbd>?</kbd>
            </dd>
          </div>
        </dl>
      </Modal>
    </>
  );
}
