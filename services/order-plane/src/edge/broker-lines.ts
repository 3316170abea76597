/**
 * The session protocol of a broker that is a process of its own: JSON, one message a line, both ways over one connection.
 * A call has a number and is answered under it; what the broker says of orders comes unasked. Decimals are texts.
 */
import type { Socket } from 'node:net';
import { type OrderFact, type OrderTerms, decodeFact, encodeFact } from '@tickmesh/domain-orders';
import {
  type ErrorCode,
  Fault,
  type FaultDetails,
  formatDecimal,
  parseDecimal,
} from '@tickmesh/kernel';
import type { BrokerAnswer, BrokerFact, BrokerOrder, BrokerRequest } from '../app/ports.ts';

/** What a session may ask, with the arguments and the answer of each. */
export interface BrokerCalls {
  open: {
    readonly asks: { readonly account: string; readonly epoch: number };
    readonly gives: null;
  };
  submit: { readonly asks: BrokerOrder; readonly gives: null };
  cancel: { readonly asks: BrokerRequest; readonly gives: null };
  replace: { readonly asks: BrokerRequest & { readonly terms: OrderTerms }; readonly gives: null };
  lookup: { readonly asks: { readonly clientOrderId: string }; readonly gives: BrokerAnswer };
  executionsSince: {
    readonly asks: { readonly sinceMicros: number };
    readonly gives: readonly BrokerFact[];
  };
}

export type BrokerCallName = keyof BrokerCalls;

export type BrokerCall = {
  [Name in BrokerCallName]: {
    readonly id: number;
    readonly call: Name;
    readonly asks: BrokerCalls[Name]['asks'];
  };
}[BrokerCallName];

export type BrokerSays =
  | { readonly id: number; readonly gives: unknown }
  | {
      readonly id: number;
      readonly fault: { readonly code: ErrorCode; readonly details: FaultDetails };
    }
  | { readonly facts: readonly BrokerFact[] };

/** One message; a longer line ends the connection. */
const LINE_BYTES_MAX = 4_194_304;

/** Facts are kept as their own text, so that they arrive as they were said. */
export function encodeMessage(message: BrokerCall | BrokerSays): string {
  const text = JSON.stringify(message, (name, value: unknown) => {
    if (name === 'fact') return { text: encodeFact(value as OrderFact) };
    if (name === 'facts' && isFactList(value)) return value.map(encodedFact);
    return typeof value === 'bigint' ? { decimal: formatDecimal(value) } : value;
  });
  return `${text}\n`;
}

const isFactList = (value: unknown): value is readonly OrderFact[] =>
  Array.isArray(value) &&
  value.every((item) => typeof item === 'object' && 'kind' in (item as object));

const encodedFact = (fact: OrderFact): object => ({ text: encodeFact(fact) });

/** @throws Fault ORDER_BROKER_UNREACHABLE for a line that is no message */
export function decodeMessage(line: string): BrokerCall | BrokerSays {
  try {
    return JSON.parse(line, (_, value: unknown) => {
      if (typeof value !== 'object' || value === null) return value;
      if ('text' in value && typeof value.text === 'string') return decodeFact(value.text);
      if ('decimal' in value) return parseDecimal(String(value.decimal));
      return value;
    }) as BrokerCall | BrokerSays;
  } catch (thrown) {
    throw new Fault('ORDER_BROKER_UNREACHABLE', { line: line.slice(0, 200) }, thrown);
  }
}

/** Hands over each line as it is complete; ends the connection when one grows without end. */
export function onLines(socket: Socket, take: (line: string) => void): void {
  let rest = '';
  socket.setEncoding('utf8');
  socket.on('data', (text: string) => {
    const lines = (rest + text).split('\n');
    rest = lines.pop() ?? '';
    if (rest.length > LINE_BYTES_MAX) {
      socket.destroy(new Fault('ORDER_BROKER_UNREACHABLE', { rule: 'a line of 4 MiB at most' }));
      return;
    }
    for (const line of lines) if (line !== '') take(line);
  });
}
