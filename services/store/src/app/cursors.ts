/**
 * Places that callers hold on to, sealed: what is inside tells how much was written that a caller may not see.
 * A token is of use to the caller alone who was given it, and for the purpose alone that it was given for.
 */
import { Fault } from '@tickmesh/kernel';
import type { Caller, LogPosition } from './ports.ts';

/** Seals short texts. Equal inputs give equal tokens, so that answers can be compared. */
export interface Seal {
  seal(context: string, text: string): string;
  /** As `seal`, of at most 36 characters, but no two tokens are equal: comparing them tells nothing. */
  sealAnew(context: string, text: string): string;
  /** Undefined for anything that was not sealed in this context. */
  open(context: string, token: string): string | undefined;
}

/** Text between the parts of a context: names hold no control characters. */
const BETWEEN = '\u0000';

/** Where the next page of a query begins. @param purpose the query, as text: its token fits no other */
export function sealPage(seal: Seal, caller: Caller, page: PagePlace): string {
  return seal.seal(contextOf('page', caller, page.purpose), String(page.before));
}

export interface PagePlace {
  readonly purpose: string;
  /** The place of the first version of the last entity that was given. */
  readonly before: bigint;
}

/** @throws Fault ARGUMENT_INVALID for a token of another caller or query, or none of ours */
export function openPage(
  seal: Seal,
  caller: Caller,
  page: { readonly purpose: string; readonly token: string },
): bigint {
  const text = seal.open(contextOf('page', caller, page.purpose), page.token);
  if (text !== undefined) return BigInt(text);
  const rule = 'the next_page_token of the same query of the same caller';
  throw new Fault('ARGUMENT_INVALID', { name: 'page_token', rule });
}

/**
 * A place in the log, for subscribers. Two tokens of one place differ: else one of the log's end would tell whether
 * anything was written since another.
 */
export function sealPosition(seal: Seal, caller: Caller, place: LogPosition): string {
  return seal.sealAnew(contextOf('log', caller), `${place.position} ${place.txTime}`);
}

/** @throws Fault ARGUMENT_INVALID for a cursor of another caller, or none of ours */
export function openPosition(seal: Seal, caller: Caller, cursor: string): LogPosition {
  const text = seal.open(contextOf('log', caller), cursor);
  const [position, txTime] = text?.split(' ') ?? [];
  if (position !== undefined && txTime !== undefined) {
    return { position: BigInt(position), txTime: Number(txTime) };
  }
  const rule = 'a cursor that was given to this caller';
  throw new Fault('ARGUMENT_INVALID', { name: 'cursor', rule });
}

const contextOf = (purpose: string, caller: Caller, of = ''): string =>
  [purpose, caller.name, of].join(BETWEEN);
