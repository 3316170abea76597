#!/usr/bin/env node
/** Starts a broker, a registry and a database for work on single packages: `node tools/test/serve.mjs --help`. */
import { runPinned } from '../local/pinned-node.mjs';

runPinned('tools/test/src/serve.ts', process.argv.slice(2));
