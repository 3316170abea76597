#!/usr/bin/env node
/** `npm test [-- PATTERN... | JEST OPTIONS]`: see src/main.ts. */
import { runPinned } from '../local/pinned-node.mjs';

runPinned('tools/test/src/main.ts', process.argv.slice(2));
