import { Drawer } from '@mantine/core';
import type { ReactNode } from 'react';
import styles from './side-drawer.module.css';

interface SideDrawerProps {
  title: ReactNode;
  onClose: () => void;
  children: ReactNode;
  testId?: string;
}

/** A drawer over the right side of the page; Escape closes it and the focus goes back. */
export const SideDrawer = ({ title, onClose, children, testId }: SideDrawerProps) => (
  <Drawer
    opened
    onClose={onClose}
    position="right"
    size={640}
    title={title}
    overlayProps={{ backgroundOpacity: 0.25 }}
    classNames={{
      header: styles['header'] ?? '',
      title: styles['title'] ?? '',
      body: styles['body'] ?? '',
      content: styles['content'] ?? '',
    }}
    closeButtonProps={{ 'aria-label': 'Close' }}
    data-testid={testId}
  >
    {children}
  </Drawer>
);

export const DrawerSection = ({ title, children, note }: { title: string; children: ReactNode; note?: ReactNode }) => (
  <section className={styles['section']}>
    <h3>
      {title}
      {note !== undefined && <span>{note}</span>}
    </h3>
    {children}
  </section>
);
