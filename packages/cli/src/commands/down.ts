import type { Answer, Call } from '../call.ts';
import { dataDirectoryOf } from '../data-directory.ts';
import { stopServer } from '../server/stop-server.ts';

const SAID = {
  asked: 'stopped; work is parked and goes on at the next start',
  signalled: 'stopped by a signal, because it did not answer; nothing acknowledged is lost',
  gone: 'was gone already; its file is removed',
};

/** Stops the server of the data directory and waits until its process is gone. */
export async function down(call: Call): Promise<Answer> {
  const stopped = await stopServer(dataDirectoryOf(call));
  return {
    data: {
      stopped: stopped !== undefined && stopped.how !== 'gone',
      pid: stopped?.pid ?? null,
      how: stopped?.how ?? null,
    },
    text: (paint) =>
      stopped ? `server ${stopped.pid} ${SAID[stopped.how]}\n` : `${paint.dim('no server is running')}\n`,
  };
}
