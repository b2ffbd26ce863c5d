import { Link } from '@tanstack/react-router';
import { IconMapOff } from '@tabler/icons-react';
import { Empty } from '../shared/ui/empty.tsx';

export const NotFound = () => (
  <>
    <Empty icon={IconMapOff} title="There is no such page" />
    <p style={{ textAlign: 'center' }}>
      <Link to="/">Go to the overview</Link>
    </p>
  </>
);
