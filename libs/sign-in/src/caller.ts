import type { CallerRole } from '@tickmesh/contracts';

/** Who makes a call, as the token says that the call came with. */
export interface Caller {
  /** Stands on record for what the caller has done. At most 100 characters, none of them a control character. */
  readonly name: string;
  readonly roles: readonly CallerRole[];
}
