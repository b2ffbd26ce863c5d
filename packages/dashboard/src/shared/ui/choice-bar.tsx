import styles from './choice-bar.module.css';

interface ChoiceBarProps<Value extends string> {
  label: string;
  choices: readonly { value: Value; text: string; count?: number }[];
  value: Value;
  onChange: (value: Value) => void;
}

/** One of a few, all in sight. */
export function ChoiceBar<Value extends string>({ label, choices, value, onChange }: ChoiceBarProps<Value>) {
  return (
    <div className={styles['bar']} role="radiogroup" aria-label={label}>
      {choices.map((choice) => (
        <label key={choice.value} className={styles['choice']} data-chosen={choice.value === value}>
          <input type="radio" name={label} checked={choice.value === value} onChange={() => onChange(choice.value)} />
          {choice.text}
          {choice.count !== undefined && <span className={styles['count']}>{choice.count}</span>}
        </label>
      ))}
    </div>
  );
}
