import type { FileChange, Receipt } from '@fusion-kit/domain/receipt';
import { type Icon, IconAlertTriangle, IconFileCheck, IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react';
import { shortCommit } from '../format/figures.ts';
import { CheckList } from './check-list.tsx';
import { CopyCode } from './copy-code.tsx';
import styles from './receipt-view.module.css';

const LETTERS = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R' } as const satisfies Record<
  FileChange['change'],
  string
>;

/** What each kind of receipt is worth. */
const WORTH = {
  verified: {
    icon: IconShieldCheck,
    name: 'Verified by fusion-kit',
    means: 'the commands of the task succeeded on a clean checkout of the result',
  },
  files: {
    icon: IconFileCheck,
    name: 'Files changed',
    means: 'files that the task names have changed; no command says that they are right',
  },
  unverified: {
    icon: IconShieldQuestion,
    name: 'Not verified',
    means: 'the task names neither commands nor files; only the agent says that it is done',
  },
} as const satisfies Record<Receipt['kind'], { icon: Icon; name: string; means: string }>;

/** The evidence that fusion-kit collected for a task: its commit, its files, its checks. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const { icon: Icon, name, means } = WORTH[receipt.kind];
  const { outsideCount = 0 } = receipt;
  const unnamed = receipt.fileCount - receipt.files.length;
  return (
    <div className={styles['receipt']}>
      <div className={styles['head']} data-kind={receipt.kind}>
        <Icon size={16} aria-hidden />
        <span>
          <strong>{name}</strong>: {means}; sandbox {receipt.sandbox}
        </span>
        {receipt.commit && <CopyCode text={receipt.commit} shown={shortCommit(receipt.commit)} />}
      </div>
      {outsideCount > 0 && (
        <p className={styles['outside']}>
          <IconAlertTriangle size={15} aria-hidden />
          {outsideCount === 1 ? '1 file lies' : `${outsideCount} files lie`} outside what the task was to write.
        </p>
      )}
      {receipt.files.length > 0 && (
        <ul className={styles['files']}>
          {receipt.files.map((file) => (
            <li key={file.path}>
              <abbr title={file.change} data-change={file.change}>
                {LETTERS[file.change]}
              </abbr>
              <code>{file.path}</code>
            </li>
          ))}
          {unnamed > 0 && <li className="fk-faint">and {unnamed} more</li>}
        </ul>
      )}
      {receipt.files.length === 0 && <p className="fk-faint">No file was changed.</p>}
      {receipt.checks.length > 0 && <CheckList checks={receipt.checks} />}
    </div>
  );
}
