/**
 * The short way from a decision to the wire. While a desk serves its account, an intake marks what it approves as being
 * sent in its own transaction, under the desk's lease, and hands it over: one commit, where the way by the tables
 * takes a second one. Whatever is not handed over (its process died, its desk lost the lease) stands as being sent, and
 * the next owner asks the broker about it.
 */
import type { HeldLease } from './dispatch.ts';
import type { SentOrder } from './last-hop.ts';

/** One intake's use of the short way. Ends exactly once, with what its transaction committed. */
export interface Handing {
  /** What the transaction must find in force. */
  readonly lease: HeldLease;
  end(orders: readonly SentOrder[]): void;
}

/** Of one time of ownership: what is handed over after it has ended reaches nobody. */
export class Handover {
  readonly #lease: HeldLease;
  readonly #ring: () => void;
  #isOpen = true;
  #underWay = 0;
  #orders: SentOrder[] = [];
  #whenIdle: (() => void)[] = [];

  constructor(lease: HeldLease, ring: () => void) {
    this.#lease = lease;
    this.#ring = ring;
  }

  /** Undefined while the way is closed: then the desk finds the orders in the tables. */
  begin(): Handing | undefined {
    if (!this.#isOpen) return undefined;
    this.#underWay++;
    return {
      lease: this.#lease,
      end: (orders) => {
        this.#orders.push(...orders);
        this.#underWay--;
        if (this.#underWay === 0) for (const tell of this.#whenIdle.splice(0)) tell();
        if (orders.length > 0) this.#ring();
      },
    };
  }

  take(): readonly SentOrder[] {
    return this.#orders.splice(0);
  }

  /**
   * Resolves when nobody is on the way. Before the broker is asked what it has: an order that is marked and not handed
   * over yet would be taken for one that it lost.
   */
  async close(): Promise<void> {
    this.#isOpen = false;
    if (this.#underWay > 0) await new Promise<void>((resolve) => this.#whenIdle.push(resolve));
  }

  reopen(): void {
    this.#isOpen = true;
  }
}
