import type { ComposeServer } from './composed.ts';

/** The one place that knows all rooms, loaded only by the process that is the server. */
export const loadCompose = async (): Promise<ComposeServer> => (await import('../compose.ts')).composeServer;
