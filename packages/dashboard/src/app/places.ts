import {
  IconLayoutDashboard,
  IconListDetails,
  IconMessages,
  IconRobot,
  IconRoute,
  IconTimelineEvent,
} from '@tabler/icons-react';

/** The pages, in the order of the rail; `key` follows `g` on the keyboard. */
export const PLACES = [
  { to: '/', name: 'Overview', key: 'o', icon: IconLayoutDashboard },
  { to: '/run', name: 'Run', key: 'r', icon: IconRoute },
  { to: '/tasks', name: 'Tasks', key: 't', icon: IconListDetails },
  { to: '/agents', name: 'Agents', key: 'a', icon: IconRobot },
  { to: '/messages', name: 'Messages', key: 'm', icon: IconMessages },
  { to: '/events', name: 'Events', key: 'e', icon: IconTimelineEvent },
] as const;
