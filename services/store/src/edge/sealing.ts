/**
 * Tokens that tell nothing and cannot be made up: the text is encrypted (AES-256 in counter mode) under an initial
 * value that is the keyed hash of context and text, and that is checked on opening (the construction of SIV, RFC
 * 5297). Equal texts in equal contexts give equal tokens.
 */
import {
  createCipheriv,
  createDecipheriv,
  createHmac,
  randomBytes,
  timingSafeEqual,
} from 'node:crypto';
import type { Seal } from '../app/cursors.ts';

const CIPHER = 'aes-256-ctr';
const IV_BYTES = 16;
/** Texts are filled up to it: the length of a token tells nothing of the numbers inside. */
const TEXT_CHARACTERS = 48;
/** Random, behind a text whose tokens must differ. */
const SALT_BYTES = 6;
const TOKEN = /^[A-Za-z0-9_-]{22,200}$/;

/** @param key 32 bytes, kept in the database: every instance seals alike, also after a restart */
export function sealWith(key: Uint8Array): Seal {
  const cipherKey = hmac(key, 'cipher');
  const hashKey = hmac(key, 'hash');
  const ivOf = (context: string, text: string): Buffer =>
    hmac(hashKey, JSON.stringify([context, text])).subarray(0, IV_BYTES);
  const seal = (context: string, text: string): string => {
    const filled = text.padEnd(TEXT_CHARACTERS);
    const iv = ivOf(context, filled);
    const cipher = createCipheriv(CIPHER, cipherKey, iv);
    return Buffer.concat([iv, cipher.update(filled, 'utf8'), cipher.final()]).toString('base64url');
  };
  return {
    seal,
    sealAnew: (context, text) =>
      seal(context, `${text} ${randomBytes(SALT_BYTES).toString('base64url')}`),
    open(context, token) {
      if (!TOKEN.test(token)) return undefined;
      const bytes = Buffer.from(token, 'base64url');
      const iv = bytes.subarray(0, IV_BYTES);
      const decipher = createDecipheriv(CIPHER, cipherKey, iv);
      const text = Buffer.concat([decipher.update(bytes.subarray(IV_BYTES)), decipher.final()]);
      const filled = text.toString('utf8');
      return timingSafeEqual(iv, ivOf(context, filled)) ? filled.trimEnd() : undefined;
    },
  };
}

const hmac = (key: Uint8Array, text: string): Buffer =>
  createHmac('sha256', key).update(text).digest();
