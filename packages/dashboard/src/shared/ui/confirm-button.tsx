import { Button, type ButtonProps, Popover } from '@mantine/core';
import { type ReactNode, useState } from 'react';
import styles from './confirm-button.module.css';

interface ConfirmButtonProps extends ButtonProps {
  title?: string;
  question: string;
  confirm: string;
  onConfirm: () => void;
  children: ReactNode;
}

/** A button that asks once more before what cannot be undone. */
export function ConfirmButton({ question, confirm, onConfirm, children, ...button }: ConfirmButtonProps) {
  const [open, setOpen] = useState(false);
  return (
    <Popover opened={open} onChange={setOpen} position="bottom-end" trapFocus shadow="md" width={260}>
      <Popover.Target>
        <Button variant="default" {...button} onClick={() => setOpen(!open)}>
          {children}
        </Button>
      </Popover.Target>
      <Popover.Dropdown>
        <p className={styles['question']}>{question}</p>
        <div className={styles['answers']}>
          <Button variant="default" onClick={() => setOpen(false)}>
            Keep
          </Button>
          <Button
            color="red"
            onClick={() => {
              setOpen(false);
              onConfirm();
            }}
          >
            {confirm}
          </Button>
        </div>
      </Popover.Dropdown>
    </Popover>
  );
}
