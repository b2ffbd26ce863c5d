import { Skeleton } from '@mantine/core';
import styles from './starting.module.css';

/** Holds the place until the first snapshot is here. */
export const Starting = () => (
  <div className={styles['starting']} aria-busy="true" aria-label="Loading">
    <Skeleton height={92} radius="lg" />
    <Skeleton height={320} radius="lg" />
    <Skeleton height={240} radius="lg" />
  </div>
);
