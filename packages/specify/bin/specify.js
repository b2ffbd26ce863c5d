#!/usr/bin/env node
// Plain JavaScript that every old Node can parse, so that it can help itself or say what is missing instead of failing on syntax.
const NEEDED = 24;

if (Number(process.versions.node.split('.')[0]) >= NEEDED) {
  // NO_COLOR wins; with both, Node itself would complain about it on stderr.
  if (process.env.NO_COLOR) delete process.env.FORCE_COLOR;
  void import('../dist/main.js').then((main) => main.main());
} else {
  void onOwnNode();
}

/** A checkout brings its own Node; `npm run` and script/* use it, and so does the command when yours is older. */
async function onOwnNode() {
  const [{ spawn }, { existsSync }, { constants }, { fileURLToPath }] = await Promise.all([
    import('node:child_process'),
    import('node:fs'),
    import('node:os'),
    import('node:url'),
  ]);
  const own = fileURLToPath(new URL('../../../node_modules/node/bin/node', import.meta.url));
  if (!existsSync(own)) {
    process.stderr.write(
      `error: specify needs Node ${NEEDED} or newer; this is Node ${process.versions.node} (${process.execPath}).\n` +
        `  → Install Node ${NEEDED} (https://nodejs.org), or put a newer one first on your PATH.\n`,
    );
    process.exitCode = 1;
    return;
  }
  const child = spawn(own, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], { stdio: 'inherit' });
  // Ctrl-C reaches the other one from the terminal by itself.
  process.on('SIGINT', () => undefined);
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => (process.exitCode = code ?? 128 + constants.signals[signal]));
}
