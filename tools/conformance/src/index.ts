export { Cases, type RunSuite, type SuiteContext, type SuiteResult } from './suite.ts';
export { CAPTURES, readCapture, type CaptureLine } from './capture.ts';
