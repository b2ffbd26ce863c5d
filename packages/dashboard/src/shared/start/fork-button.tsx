import { Button, type ButtonProps } from '@mantine/core';
import type { Run } from '@fusion-kit/domain/run';
import { IconGitFork } from '@tabler/icons-react';
import { useState } from 'react';
import { ForkForm } from './fork-form.tsx';

interface ForkButtonProps extends ButtonProps {
  run: Run;
  /** The node of the workflow that is done anew with all that needs it; absent: all that did not complete. */
  node?: string | undefined;
  children: string;
}

/** Asks what is to differ, then starts a run that goes on from this one. */
export function ForkButton({ run, node, children, ...button }: ForkButtonProps) {
  const [asking, setAsking] = useState(false);
  if (!run.workflowId) return null; // tasks given by hand are given again by hand
  return (
    <>
      <Button variant="default" leftSection={<IconGitFork size={14} />} {...button} onClick={() => setAsking(true)}>
        {children}
      </Button>
      {asking && <ForkForm run={run} node={node} onClose={() => setAsking(false)} />}
    </>
  );
}
