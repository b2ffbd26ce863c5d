import { CopyCode } from '../../shared/ui/copy-code.tsx';
import styles from './welcome.module.css';

const STEPS = [
  {
    title: 'See a team at work',
    text: 'A planner, two implementers and a reviewer repair a small project. No key needed.',
    command: 'fusion-kit demo',
  },
  {
    title: 'Run a workflow in your repository',
    text: 'Agents work in clones of their own; your checkout is never touched.',
    command: 'fusion-kit run workflow.yaml',
  },
  {
    title: 'Spawn an agent and give it a task',
    text: 'From this page, or by a command in your repository.',
    command: 'fusion-kit agent spawn builder',
  },
] as const;

/** What a fresh installation shows: what to type next. */
export const Welcome = () => (
  <div className={styles['welcome']}>
    <h1>No runs yet</h1>
    <p>Type one of these in a terminal; this page follows by itself.</p>
    <ol>
      {STEPS.map(({ title, text, command }) => (
        <li key={command}>
          <strong>{title}</strong>
          <span>{text}</span>
          <CopyCode text={command} />
        </li>
      ))}
    </ol>
  </div>
);
