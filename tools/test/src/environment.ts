import type { Infrastructure } from '@tickmesh/local';

/**
 * What integration specs read to find the parts they test against:
 * TICKMESH_TEST_KAFKA (host:port), TICKMESH_TEST_REGISTRY (the registry's root URL) and TICKMESH_TEST_POSTGRES_URL
 * (a superuser, so that a spec can create a database of its own).
 */
export function environmentOf(parts: Infrastructure): Record<string, string> {
  return {
    TICKMESH_TEST_KAFKA: parts.broker.address,
    TICKMESH_TEST_REGISTRY: parts.registry.url,
    TICKMESH_TEST_POSTGRES_URL: parts.postgres.url,
  };
}
