/**
 * The keys that sign: one in use, the next, which is published before it signs anything, and those before for as long as
 * their tokens live. Whoever keeps a copy of the keys, as a broker does, then knows the next one when it begins.
 */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CryptoKey,
  type JWK,
  type JWTPayload,
  SignJWT,
  calculateJwkThumbprint,
  exportJWK,
  generateKeyPair,
  importJWK,
} from 'jose';
import { readPrivately, writePrivately } from './clients.ts';

/** RSA because every broker and library can verify it. */
const ALGORITHM = 'RS256';
/** Beyond the life of the last token that a key signed: for clocks that differ. */
const RETIRED_GRACE_MS = 60_000;

interface HeldKey {
  readonly kid: string;
  readonly jwk: JWK;
  /** When it stopped signing; absent for the one in use and for the next. */
  readonly retiredAtMs?: number;
  /** Signs from the next turn on. */
  readonly isNext?: true;
}

export class SigningKeys {
  readonly #folder: string;
  readonly #tokenLifeMs: number;
  #keys: readonly HeldKey[];
  #signing: CryptoKey | Uint8Array;

  private constructor(
    options: { readonly folder: string; readonly tokenLifeMs: number },
    keys: readonly HeldKey[],
    signing: CryptoKey | Uint8Array,
  ) {
    this.#folder = options.folder;
    this.#tokenLifeMs = options.tokenLifeMs;
    this.#keys = keys;
    this.#signing = signing;
  }

  /**
   * The keys of the folder, so that tokens outlive a restart; a new one where there is none.
   * @throws Fault CONFIG_INVALID when others may read the file
   */
  static async open(options: {
    readonly folder: string;
    readonly tokenLifeMs: number;
  }): Promise<SigningKeys> {
    const kept = existsSync(join(options.folder, 'keys.json'))
      ? (readPrivately(options.folder, 'keys.json') as { readonly keys: readonly HeldKey[] }).keys
      : [];
    const inUse = kept[0] ?? (await newKey());
    const others = kept.some(({ isNext }) => isNext) ? [] : [await nextKey()];
    const keys = [inUse, ...kept.slice(1), ...others];
    const opened = new SigningKeys(options, keys, await importJWK(inUse.jwk, ALGORITHM));
    opened.#save();
    return opened;
  }

  /** Signs with the next key from now on. The old one stays published until its last token has ended. */
  async rotate(nowMs: number): Promise<string> {
    const held = this.#keys.find(({ isNext }) => isNext) ?? (await nextKey());
    const fresh = { kid: held.kid, jwk: held.jwk };
    this.#signing = await importJWK(fresh.jwk, ALGORITHM);
    const retired = this.#keys
      .filter(({ isNext }) => isNext !== true)
      .map((key) => ({ ...key, retiredAtMs: key.retiredAtMs ?? nowMs }));
    this.#keys = [fresh, ...retired, await nextKey()];
    this.#drop(nowMs);
    this.#save();
    return fresh.kid;
  }

  /** RFC 7517: the public halves alone. */
  published(nowMs: number): { readonly keys: readonly JWK[] } {
    this.#drop(nowMs);
    return {
      keys: this.#keys.map(({ kid, jwk }) => ({
        ...Object.fromEntries(PUBLIC_MEMBERS.map((member) => [member, jwk[member]])),
        kid,
        alg: ALGORITHM,
        use: 'sig',
      })),
    };
  }

  sign(claims: JWTPayload): Promise<string> {
    const header = { alg: ALGORITHM, kid: this.#keys[0]?.kid ?? '', typ: 'at+jwt' };
    return new SignJWT(claims).setProtectedHeader(header).sign(this.#signing);
  }

  #drop(nowMs: number): void {
    const keptMs = this.#tokenLifeMs + RETIRED_GRACE_MS;
    this.#keys = this.#keys.filter(
      ({ retiredAtMs }) => retiredAtMs === undefined || nowMs < retiredAtMs + keptMs,
    );
  }

  #save(): void {
    writePrivately(this.#folder, 'keys.json', { keys: this.#keys });
  }
}

const PUBLIC_MEMBERS = ['kty', 'n', 'e'] as const;

async function nextKey(): Promise<HeldKey> {
  return { ...(await newKey()), isNext: true };
}

async function newKey(): Promise<HeldKey> {
  const { privateKey } = await generateKeyPair(ALGORITHM, { extractable: true });
  const jwk = await exportJWK(privateKey);
  return { kid: await calculateJwkThumbprint(jwk), jwk };
}
