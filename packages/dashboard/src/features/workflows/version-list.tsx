import type { Workflow } from '@fusion-kit/domain/workflow';
import { dateAndTime } from '../../shared/format/figures.ts';
import styles from './version-list.module.css';

interface VersionListProps {
  workflow: Workflow;
  version: number;
  onChoose: (version: number) => void;
}

/** Every version that was saved, who saved it and when, the newest first; a click shows it. */
export const VersionList = ({ workflow, version, onChoose }: VersionListProps) => (
  <ol className={styles['list']} reversed>
    {workflow.versions.toReversed().map((each) => (
      <li key={each.version}>
        <button
          type="button"
          className={styles['version']}
          aria-current={each.version === version}
          onClick={() => onChoose(each.version)}
        >
          <span>v{each.version}</span>
          <span className="fk-clip">{each.author}</span>
          <time className="fk-faint fk-figure" dateTime={new Date(each.savedAt).toISOString()}>
            {dateAndTime(each.savedAt)}
          </time>
        </button>
      </li>
    ))}
  </ol>
);
