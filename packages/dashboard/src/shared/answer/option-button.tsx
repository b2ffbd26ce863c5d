import { Button } from '@mantine/core';
import type { ApprovalOption } from '@fusion-kit/domain/nodes/approval';
import { ConfirmButton } from '../ui/confirm-button.tsx';
import styles from './approval-answer.module.css';

const OUTCOMES: Record<ApprovalOption['outcome'], string> = {
  complete: 'the run goes on',
  skip: 'the node is skipped',
  fail: 'the node fails',
  cancel_run: 'the run is cancelled',
};

interface OptionButtonProps {
  option: ApprovalOption;
  /** Its number on the keyboard. */
  at: number;
  isFirst: boolean;
  sent: string | undefined;
  onChoose: () => void;
}

/** One way to answer, with what follows from it. */
export function OptionButton({ option, at, isFirst, sent, onChoose }: OptionButtonProps) {
  const name = option.label ?? capital(option.id);
  const look = {
    loading: sent === option.id,
    disabled: sent !== undefined && sent !== option.id,
    title: OUTCOMES[option.outcome],
    'data-option-key': at,
    rightSection: at <= 9 && <kbd className={styles['key']}>{at}</kbd>,
  };
  if (option.outcome === 'cancel_run')
    return (
      <ConfirmButton
        {...look}
        color="red"
        variant="light"
        question="Cancel the whole run? Its open tasks are cancelled; what has landed stays."
        confirm={name}
        onConfirm={onChoose}
      >
        {name}
      </ConfirmButton>
    );
  const refuses = option.outcome === 'fail';
  return (
    <Button
      {...look}
      variant={refuses ? 'light' : isFirst ? 'filled' : 'default'}
      {...(refuses && { color: 'red' })}
      onClick={onChoose}
    >
      {name}
    </Button>
  );
}

const capital = (id: string): string => (id.charAt(0).toUpperCase() + id.slice(1)).replaceAll(/[-_]/g, ' ');
