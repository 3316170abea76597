import { workflowSuite } from '../testing/workflow.suite.ts';
import { MemoryWorkflowEngine } from './memory-engine.ts';
import { MemoryJournal } from './memory-journal.ts';

const journal = new MemoryJournal();

workflowSuite(
  'the engine in memory',
  (identity) => new MemoryWorkflowEngine({ ...identity, journal }),
);
