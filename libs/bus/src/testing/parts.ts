/** The shared parts of a test run, by the names that the runner sets. */
import type { BusParts } from './harness.ts';

export const CONFLUENT_API_PATH = '/apis/ccompat/v7';

export function partsFromEnvironment(): BusParts {
  const broker = process.env['TICKMESH_TEST_KAFKA'];
  const registry = process.env['TICKMESH_TEST_REGISTRY'];
  if (broker === undefined || registry === undefined) {
    throw new Error('TICKMESH_TEST_KAFKA and TICKMESH_TEST_REGISTRY are not set: run npm test');
  }
  return { broker, registryUrl: `${registry}${CONFLUENT_API_PATH}` };
}
