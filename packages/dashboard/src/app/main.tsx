import { MantineProvider } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { apiClient } from '../shared/api/api-client.ts';
import { keepLive } from '../shared/live/keep-live.ts';
import { LiveContext } from '../shared/live/live-context.ts';
import { LiveStore } from '../shared/live/live-store.ts';
import { takeToken, tokenIn } from '../shared/live/session-token.ts';
import { theme } from '../shared/theme/theme.ts';
import { livePorts, soon } from './browser-ports.ts';
import { router } from './router.tsx';

const token = takeToken(window.location, window.sessionStorage, window.history);
const store = new LiveStore(soon, Date.now);
const api = apiClient('', token ?? '');

if (token === undefined) store.connectionIs('refused');
else void keepLive(store, livePorts(api, token), new AbortController().signal);

// an address with a token pasted into the open page changes only its fragment
window.addEventListener('hashchange', () => tokenIn(window.location.hash) !== undefined && window.location.reload());

/** For browser tests and bug reports: `from + applied === seq` says that no event was missed or counted twice. */
Object.assign(window, {
  __fusionKit: { seq: () => store.seq, applied: () => store.applied, from: () => store.from },
});

const place = document.querySelector('#root');
if (!place) throw new Error('index.html has no #root');
createRoot(place).render(
  <StrictMode>
    <MantineProvider theme={theme} defaultColorScheme="auto">
      <Notifications position="bottom-right" />
      <LiveContext value={{ store, api }}>
        <RouterProvider router={router} />
      </LiveContext>
    </MantineProvider>
  </StrictMode>,
);
