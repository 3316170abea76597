import { loadDocument, type Shape } from '@tickmesh/config';
import { type LimitsDocument, readLimits } from '@tickmesh/domain-risk';

/** Any YAML value, as plain data: the domain reads it, and names every problem by its path. */
const plainShape: Shape<{ readonly value: unknown }> = {
  form: 'a limits document',
  optional: false,
  read: ({ node }) => ({ value: node?.toJSON() as unknown }),
};

/** @throws Fault LIMITS_INVALID with every problem */
export function loadLimits(path: string): LimitsDocument {
  return readLimits(loadDocument(path, { shape: plainShape, code: 'LIMITS_INVALID' }).value);
}
