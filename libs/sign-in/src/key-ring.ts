/**
 * The provider's keys, kept. A token whose key is not among them makes the provider be asked again, at most once in
 * COOLDOWN_MS however many such tokens come: so a provider can change its keys under running services without a
 * refused call, and nobody can make us flood it.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { faultOf } from '@tickmesh/kernel';
import { type JWTVerifyGetKey, type JSONWebKeySet, createLocalJWKSet, errors } from 'jose';

export interface KeyRingOptions {
  /** @throws when the provider does not answer */
  readonly fetchKeys: () => Promise<JSONWebKeySet>;
  /** Told of every answer of the provider, or of none. */
  readonly onAsked?: (isUp: boolean, reason?: string) => void;
  readonly cooldownMs?: number;
  readonly refreshMs?: number;
}

/** Between two questions to the provider. */
const COOLDOWN_MS = 1_000;
/** After which the keys are asked for anew: for so long a key that was withdrawn is still trusted. */
const REFRESH_MS = 300_000;
/** While the provider is away its last keys serve on for so long, and then nobody can sign in. */
const STALE_MAX_MS = 3_600_000;

type Lookup = ReturnType<typeof createLocalJWKSet>;

interface Held {
  readonly lookup: Lookup;
  readonly fetchedAtMs: number;
}

export class KeyRing {
  readonly #options: KeyRingOptions;
  readonly #cooldownMs: number;
  readonly #refreshMs: number;
  #held: Held | undefined;
  #askedAtMs = Number.NEGATIVE_INFINITY;
  #asking: Promise<Held> | undefined;

  constructor(options: KeyRingOptions) {
    this.#options = options;
    this.#cooldownMs = options.cooldownMs ?? COOLDOWN_MS;
    this.#refreshMs = options.refreshMs ?? REFRESH_MS;
  }

  /** The key that a token names, as `jwtVerify` asks for it. */
  readonly lookup: JWTVerifyGetKey = async (header, token) => {
    const held = await this.#current();
    try {
      return await held.lookup(header, token);
    } catch (thrown) {
      if (!(thrown instanceof errors.JWKSNoMatchingKey)) throw thrown;
    }
    const renewed = await this.#renewed(held);
    return renewed.lookup(header, token);
  };

  /** Asks for the keys before anybody needs them. @throws when the provider does not answer */
  async warm(): Promise<void> {
    await this.#current();
  }

  async #current(): Promise<Held> {
    const held = this.#held;
    if (held === undefined) return this.#ask();
    const ageMs = performance.now() - held.fetchedAtMs;
    if (ageMs < this.#refreshMs) return held;
    if (ageMs >= STALE_MAX_MS) return this.#ask();
    // Nobody waits for the refresh; a failure is told by onAsked, and tried again after the pause.
    this.#ask().catch(() => undefined);
    return held;
  }

  /** Keys newer than those in which the key was not found; the old ones when the provider does not answer. */
  async #renewed(old: Held): Promise<Held> {
    if (this.#held !== undefined && this.#held !== old) return this.#held;
    return this.#ask().catch(() => old);
  }

  /** One question at a time, and a pause between two. */
  #ask(): Promise<Held> {
    this.#asking ??= this.#askAfterPause().finally(() => {
      this.#asking = undefined;
    });
    return this.#asking;
  }

  async #askAfterPause(): Promise<Held> {
    const waitMs = this.#askedAtMs + this.#cooldownMs - performance.now();
    if (waitMs > 0) await pause(waitMs);
    this.#askedAtMs = performance.now();
    try {
      const lookup = createLocalJWKSet(await this.#options.fetchKeys());
      this.#held = { lookup, fetchedAtMs: performance.now() };
      this.#options.onAsked?.(true);
      return this.#held;
    } catch (thrown) {
      this.#options.onAsked?.(false, faultOf(thrown).message);
      throw thrown;
    }
  }
}
