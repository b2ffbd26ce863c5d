import type { Call } from './call.ts';

/**
 * Opens the page in a browser, unless told not to; without a word about it only where a person sits at a desktop. Answers whether it did: a
 * browser that cannot be started is no failure, the address has been printed.
 */
export async function openPage(page: string, call: Call, wanted: boolean | undefined): Promise<boolean> {
  const desktop = process.platform === 'darwin' || Boolean(call.env['DISPLAY'] || call.env['WAYLAND_DISPLAY']);
  const byItself = desktop && call.terminal.interactive && !call.json && !call.env['CI'] && !call.env['SSH_CONNECTION'];
  if (!(wanted ?? byItself)) return false;
  const { default: open } = await import('open');
  return open(page).then(
    (child) => {
      child.on('error', () => undefined);
      return true;
    },
    () => false,
  );
}
