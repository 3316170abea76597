/** What the command line needs to play a recording: the connector of the data plane, without its process. */
export { ReplayConnector, type ReplayOptions } from './app/replay-connector.ts';
export { type ConnectorProbe, frameSink } from './app/run-connectors.ts';
export { ConnectionFrames } from './app/connector.ts';
export { openRecordings } from './edge/capture-file.ts';
export { systemClock } from './edge/system-clock.ts';
