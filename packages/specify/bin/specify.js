#!/usr/bin/env node
// Plain JavaScript that every old Node can parse, so that it can say what is missing instead of failing on syntax.
var version = process.versions.node;
if (Number(version.split('.')[0]) < 24) {
  process.stderr.write(
    'error: specify needs Node 24 or newer; this is Node ' +
      version +
      ' (' +
      process.execPath +
      ').\n' +
      '  → Install Node 24 (https://nodejs.org), or put a newer one first on your PATH.\n',
  );
  process.exitCode = 1;
} else {
  void import('../dist/main.js').then(function (main) {
    return main.main();
  });
}
