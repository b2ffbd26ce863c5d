/** Where services are reached in a cage without network, which is the same in all of them: each has a loopback of its own. Not among the ports that systems give out. */
export const CAGE_PORT = 24_080;
