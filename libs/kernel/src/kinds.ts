/** What a fault means for the message or call that met it. Every reaction is read from here. */
export const KINDS = {
  invalid: { retry: 'never', deadLetter: true, http: 400, grpc: 'INVALID_ARGUMENT', log: 'warn' },
  missing: { retry: 'never', deadLetter: true, http: 404, grpc: 'NOT_FOUND', log: 'warn' },
  unauthenticated: {
    retry: 'never',
    deadLetter: true,
    http: 401,
    grpc: 'UNAUTHENTICATED',
    log: 'warn',
  },
  denied: { retry: 'never', deadLetter: true, http: 403, grpc: 'PERMISSION_DENIED', log: 'warn' },
  conflict: { retry: 'never', deadLetter: true, http: 409, grpc: 'ABORTED', log: 'info' },
  exhausted: {
    retry: 'backoff',
    deadLetter: false,
    http: 429,
    grpc: 'RESOURCE_EXHAUSTED',
    log: 'warn',
  },
  unavailable: {
    retry: 'backoff',
    deadLetter: false,
    http: 503,
    grpc: 'UNAVAILABLE',
    log: 'warn',
  },
  corrupt: { retry: 'halt', deadLetter: false, http: 500, grpc: 'DATA_LOSS', log: 'fatal' },
  bug: { retry: 'bounded', deadLetter: true, http: 500, grpc: 'INTERNAL', log: 'error' },
} as const satisfies Record<string, Reaction>;

/** How the mesh reacts to a fault of a kind. */
export interface Reaction {
  /**
   * `never`: the same input fails again; `backoff`: a dependency is away, wait for it without end;
   * `bounded`: a few attempts, then the dead-letter queue; `halt`: stop the process, a person must look.
   */
  readonly retry: 'never' | 'backoff' | 'bounded' | 'halt';
  /** Whether the record goes to its dead-letter queue once `retry` is spent. */
  readonly deadLetter: boolean;
  readonly http: number;
  /** Canonical gRPC status name. */
  readonly grpc: string;
  readonly log: 'debug' | 'info' | 'warn' | 'error' | 'fatal';
}

export type Kind = keyof typeof KINDS;
