import type { Statement } from '@tickmesh/database';
import { derivedUuid } from '@tickmesh/kernel';

/** A constant text of SQL, prepared once a connection under a name derived from it. */
export function statement(text: string): Statement {
  return { name: derivedUuid('statement', text), text };
}
