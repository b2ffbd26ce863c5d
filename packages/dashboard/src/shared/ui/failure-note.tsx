import type { Failure } from '@fusion-kit/domain/errors';
import { IconAlertTriangleFilled } from '@tabler/icons-react';
import styles from './failure-note.module.css';

/** What went wrong and what to do about it. */
export const FailureNote = ({ failure }: { failure: Failure }) => (
  <div className={styles['note']} role="note">
    <IconAlertTriangleFilled size={16} aria-hidden />
    <div>
      <strong>{failure.message}</strong>
      <p>{failure.remedy}</p>
      <code>{failure.code}</code>
    </div>
  </div>
);
