#!/usr/bin/env node
/** `npm stop`: see src/stop.ts. */
import { runPinned } from './pinned-node.mjs';

runPinned('tools/local/src/stop.ts', process.argv.slice(2));
