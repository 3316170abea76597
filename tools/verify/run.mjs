#!/usr/bin/env node
/** `npm run verify [-- NAME...]`: holds files and wire against other people's tools. See src/main.mjs. */
import { runPinned } from '../local/pinned-node.mjs';

runPinned('tools/verify/src/main.mjs', process.argv.slice(2));
