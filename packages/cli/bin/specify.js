#!/usr/bin/env node
// The existing command line, installed by the same package. It is complete in itself: nothing of fusion-kit is loaded.
void import('../../specify/bin/specify.js');
