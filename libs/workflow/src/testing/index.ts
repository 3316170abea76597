export type { OpenEngine } from './rig.ts';
export { workflowSuite } from './workflow.suite.ts';
