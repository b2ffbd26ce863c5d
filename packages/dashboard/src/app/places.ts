import {
  IconFileCode,
  IconInbox,
  IconLayoutDashboard,
  IconListDetails,
  IconMessages,
  IconRobot,
  IconRoute,
  IconTimelineEvent,
} from '@tabler/icons-react';

/** The pages, in the order of the rail; `key` follows `g` on the keyboard. A phone has room for five, `more` are behind a menu. */
export const PLACES = [
  { to: '/', name: 'Overview', key: 'o', icon: IconLayoutDashboard, more: false },
  { to: '/inbox', name: 'Inbox', key: 'i', icon: IconInbox, more: false },
  { to: '/run', name: 'Run', key: 'r', icon: IconRoute, more: false },
  { to: '/tasks', name: 'Tasks', key: 't', icon: IconListDetails, more: false },
  { to: '/agents', name: 'Agents', key: 'a', icon: IconRobot, more: false },
  { to: '/workflows', name: 'Workflows', key: 'w', icon: IconFileCode, more: true },
  { to: '/messages', name: 'Messages', key: 'm', icon: IconMessages, more: true },
  { to: '/events', name: 'Events', key: 'e', icon: IconTimelineEvent, more: true },
] as const;
export type Place = (typeof PLACES)[number];
