/** How a broker misbehaves, on demand: drawn from a seed, so that a run can be made again. */
import type { BrokerFaultsConfig } from '@tickmesh/config';
import { type Random, seededRandom } from '@tickmesh/kernel';

const PARTS = 1_000_000;

export class BrokerFaults {
  readonly #random: Random;
  #faults: BrokerFaultsConfig;
  /** Orders that were handed over, repetitions included. */
  handedOver = 0;
  dropped = 0;
  repeated = 0;

  constructor(seed: string, faults: BrokerFaultsConfig) {
    this.#random = seededRandom(seed);
    this.#faults = faults;
  }

  get now(): BrokerFaultsConfig {
    return this.#faults;
  }

  change(faults: Partial<BrokerFaultsConfig>): void {
    this.#faults = { ...this.#faults, ...faults };
  }

  /** Lets a message leave: never, once or twice, now or later. */
  say(send: () => void): void {
    const { dropShare, repeatShare, delayMs } = this.#faults;
    const times = this.#draws(dropShare) ? 0 : this.#draws(repeatShare) ? 2 : 1;
    if (times === 0) this.dropped++;
    if (times === 2) this.repeated++;
    for (let i = 0; i < times; i++) {
      if (delayMs === 0) send();
      else setTimeout(send, delayMs).unref();
    }
  }

  #draws(share: number): boolean {
    return this.#random.integer(0, PARTS - 1) < share * PARTS;
  }
}
