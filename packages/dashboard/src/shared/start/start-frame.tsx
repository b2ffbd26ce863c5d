import { Button, Modal } from '@mantine/core';
import type { FormEvent, ReactNode } from 'react';
import { FailureNote } from '../ui/failure-note.tsx';
import styles from './start-form.module.css';
import { useStart } from './use-start.ts';

interface StartFrameProps {
  title: string;
  /** Where the API starts it, and with what. */
  path: string;
  body: () => unknown;
  onClose: () => void;
  children: ReactNode;
}

/** What every form has that starts a run: its fields, what the server refused, and the way out. Closes when the run has begun. */
export function StartFrame({ title, path, body, onClose, children }: StartFrameProps) {
  const { start, starting, refused } = useStart();
  const submit = async (event: FormEvent) => {
    event.preventDefault();
    if (await start(path, body())) onClose();
  };
  return (
    <Modal opened onClose={onClose} title={title}>
      <form className={styles['form']} onSubmit={(event) => void submit(event)}>
        {children}
        {refused && <FailureNote failure={refused.toJSON()} />}
        <div className={styles['end']}>
          <Button variant="default" onClick={onClose}>
            Leave it
          </Button>
          <Button type="submit" loading={starting} data-autofocus>
            Start the run
          </Button>
        </div>
      </form>
    </Modal>
  );
}
