import type { FileChange, Receipt } from '@fusion-kit/domain/receipt';
import { IconShieldCheck, IconShieldQuestion } from '@tabler/icons-react';
import { shortCommit } from '../format/figures.ts';
import { CheckList } from './check-list.tsx';
import { CopyCode } from './copy-code.tsx';
import styles from './receipt-view.module.css';

const LETTERS = { added: 'A', modified: 'M', deleted: 'D', renamed: 'R' } as const satisfies Record<
  FileChange['change'],
  string
>;

/** The evidence that fusion-kit collected for a task: its commit, its files, its checks. */
export function ReceiptView({ receipt }: { receipt: Receipt }) {
  const verified = receipt.kind === 'verified';
  const Icon = verified ? IconShieldCheck : IconShieldQuestion;
  const unnamed = receipt.fileCount - receipt.files.length;
  return (
    <div className={styles['receipt']}>
      <div className={styles['head']} data-verified={verified}>
        <Icon size={16} aria-hidden />
        <span>
          {verified ? 'Verified by fusion-kit' : 'Not verified: the task names no check'}, sandbox {receipt.sandbox}
        </span>
        {receipt.commit && <CopyCode text={receipt.commit} shown={shortCommit(receipt.commit)} />}
      </div>
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
