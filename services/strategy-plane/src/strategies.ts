/** What the command line and the back-test need of the strategy plane: its configuration file. */
export { loadStrategies } from './edge/strategies-file.ts';
