#!/usr/bin/env node
// Installs and builds what is missing, then hands over to the compiled command line, in this process.
process.argv.splice(2, 0, 'cli');
await import('../../../scripts/run.mjs');
