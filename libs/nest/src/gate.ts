/** The one gate before every call of both transports: who calls, how often, and whether the table says that they may. */
import { type RightsTable, type RightsTransport, mayCall, rightTo } from '@tickmesh/contracts';
import { Fault, isFault } from '@tickmesh/kernel';
import type { Caller, SignIn } from '@tickmesh/sign-in';
import type { Logger, Metrics } from '@tickmesh/telemetry';
import type { CallRates } from './call-rates.ts';

export interface GateParts {
  readonly service: string;
  readonly rights: RightsTable;
  readonly signIn: SignIn;
  readonly rates: CallRates;
  readonly logger: Logger;
  readonly metrics: Metrics;
}

/** A call as it arrived, before anything of it was read but its head. */
export interface Arrival {
  readonly transport: RightsTransport;
  /** `GET /orders/:intentId` or `package.Service/Method`; undefined: it leads nowhere. */
  readonly call: string | undefined;
  readonly authorization: string | undefined;
  /** Where it came from: those who are nobody are counted by their address. */
  readonly address: string;
}

export class Gate {
  readonly #parts: GateParts;

  constructor(parts: GateParts) {
    this.#parts = parts;
  }

  /**
   * The caller, or nobody for what is public.
   * @throws Fault NOT_SIGNED_IN, TOKEN_REFUSED, NOT_ALLOWED, RATE_EXCEEDED, or SERVICE_UNREACHABLE when the provider's
   * keys cannot be had: what cannot be decided is refused
   */
  async admit(arrival: Arrival): Promise<Caller | undefined> {
    let caller: Caller | undefined;
    try {
      caller = await this.#decide(arrival);
      this.#count(caller?.name ?? arrival.address);
      return caller;
    } catch (thrown) {
      throw this.#refusal(thrown, arrival);
    }
  }

  async #decide({ transport, call, authorization }: Arrival): Promise<Caller | undefined> {
    const { rights, service, signIn } = this.#parts;
    // Nothing is there to protect; the framework says that there is nothing.
    if (call === undefined) return undefined;
    const right = rightTo(rights, { transport, service, call });
    if (right === 'public') return undefined;
    const caller = await signIn.callerOf(authorization);
    if (mayCall(right, caller.roles)) return caller;
    throw new Fault('NOT_ALLOWED', {
      caller: caller.name,
      call,
      rule: right === undefined ? 'nobody: the call is in no table of rights' : right,
      roles: caller.roles,
    });
  }

  #count(who: string): void {
    const seconds = this.#parts.rates.take(who);
    if (seconds > 0) throw new Fault('RATE_EXCEEDED', { retry_after_seconds: Math.ceil(seconds) });
  }

  /** What is refused counts as well, by its address: so a flood of bad tokens fills no log. */
  #refusal(thrown: unknown, { transport, call, address }: Arrival): unknown {
    if (!isFault(thrown)) return thrown;
    const { metrics, logger } = this.#parts;
    metrics.counter('calls_refused_total', { transport, code: thrown.code }).add();
    if (thrown.code === 'RATE_EXCEEDED') return thrown;
    const seconds = this.#parts.rates.take(`refused ${address}`);
    if (seconds === 0) logger.fault('call.refused', thrown, { transport, call });
    return thrown;
  }
}

/** After how many seconds a caller that asked too often may ask again. */
export function retryAfterSeconds(thrown: unknown): number | undefined {
  if (!isFault(thrown)) return undefined;
  const { retry_after_seconds: seconds } = thrown.details;
  return typeof seconds === 'number' ? seconds : undefined;
}
