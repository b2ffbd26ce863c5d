import { dateAndTime, timeOfDay } from '../format/figures.ts';

export const Time = ({ at }: { at: number }) => (
  <time className="fk-mono fk-faint fk-figure" dateTime={new Date(at).toISOString()} title={dateAndTime(at)}>
    {timeOfDay(at)}
  </time>
);
