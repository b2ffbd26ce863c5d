import type { Workspace } from '@fusion-kit/domain/ports/workspaces';
import { describe, expect, test } from 'vitest';
import { processesIn } from './workspaces-scratch.ts';

/** A busy machine is no failure. */
const PATIENT = { timeout: 20_000 };

/** What `Workspace.run` promises. `begun` gives a workspace in which work was begun. */
export function workspaceRunConformance(name: string, begun: () => Promise<Workspace>): void {
  const signal = new AbortController().signal;
  /** Leaves its session and its process group, and lets go of nothing. */
  const daemon = 'setsid sleep 1000 & setsid sh -c "sleep 1000 & wait" & ';

  describe(`${name}: scripts`, () => {
    test('a script ends with its exit code and with what it printed on each stream', async () => {
      const workspace = await begun();
      const ended = await workspace.run('echo out; echo err >&2; exit 7', {}, signal);
      expect(ended).toMatchObject({ exitCode: 7, stdout: 'out\n', stderr: 'err\n' });
      expect(ended.output.split('\n').toSorted()).toEqual(['', 'err', 'out']);
    });

    test('it works in the tree, is given variables and input to the byte, and is shown as it goes', async () => {
      const workspace = await begun();
      const value = `a "b" 'c' $d \\ ü\nnext`;
      const shown: string[] = [];
      const { stdout } = await workspace.run(
        'pwd; printf "%s|" "$VALUE" "$LD_PRELOAD"; cat',
        { env: { VALUE: value, LD_PRELOAD: '' }, input: 'given', show: (text) => shown.push(text) },
        signal,
      );
      expect(stdout).toBe(`${workspace.path}\n${value}||given`);
      expect(shown.join('')).toBe(stdout);
    });

    test('its variables do not reach the program that makes the cage', async () => {
      const workspace = await begun();
      const { output } = await workspace.run('echo fine', { env: { LD_PRELOAD: '/nonexistent/library.so' } }, signal);
      // The loader complains once for every program it is loaded into: for the script alone.
      expect(output.match(/\/nonexistent\/library\.so/g)).toHaveLength(1);
    });

    test('when it ends, what it left in the background ends with it, in whatever session', async () => {
      const workspace = await begun();
      const { exitCode, stdout } = await workspace.run(`${daemon} echo done`, {}, signal);
      expect([exitCode, stdout]).toEqual([0, 'done\n']);
      expect(processesIn(workspace.path)).toEqual([]);
    });

    test('a stop rejects with its reason and leaves no process, in whatever session', async () => {
      const workspace = await begun();
      const stop = new AbortController();
      const pids: number[] = [];
      let ended = 0;
      const started = (pid: number) => {
        pids.push(pid);
        return () => void (ended += 1);
      };
      const show = () => stop.abort(new Error('enough'));
      const running = workspace.run(`${daemon} sleep 0.2; echo ready; sleep 1000`, { started, show }, stop.signal);
      await expect(running).rejects.toThrow('enough');
      expect([pids.length, ended]).toEqual([1, 1]);
      await expect.poll(() => processesIn(workspace.path), PATIENT).toEqual([]);
    });

    test('one that is killed has no exit code of its own', async () => {
      const workspace = await begun();
      const started = (pid: number) => {
        const timer = setTimeout(() => process.kill(pid, 'SIGKILL'), 100);
        return () => clearTimeout(timer);
      };
      const { exitCode } = await workspace.run('sleep 1000', { started }, signal);
      expect(exitCode).toBe(null);
      await expect.poll(() => processesIn(workspace.path), PATIENT).toEqual([]);
    });
  });
}
