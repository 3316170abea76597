/** tickmesh.order.v1.LimitsDocument in the words of config/limits.yaml. */
import { LIMITS } from '@tickmesh/domain-risk';
import type { LimitsTerms } from '../app/limits-book.ts';

type Texts = Readonly<Record<string, string>>;

export interface LimitsMessage {
  readonly defaults: Texts;
  readonly accounts: Readonly<
    Record<string, { readonly broker: string; readonly cash: Texts; readonly limits: Texts }>
  >;
  readonly strategies: Readonly<
    Record<string, { readonly account: string; readonly limits: Texts }>
  >;
  readonly instruments: Readonly<Record<string, { readonly limits: Texts }>>;
}

/** What cannot be read stays as it is: the reader of the document names it by its path. */
export function limitsTermsOf(message: LimitsMessage): LimitsTerms {
  return {
    defaults: valuesOf(message.defaults),
    accounts: eachOf(message.accounts, ({ broker, cash, limits }) => ({
      broker,
      cash,
      limits: valuesOf(limits),
    })),
    strategies: eachOf(message.strategies, ({ account, limits }) => ({
      account,
      limits: valuesOf(limits),
    })),
    instruments: eachOf(message.instruments, ({ limits }) => valuesOf(limits)),
  };
}

function eachOf<T>(entries: Readonly<Record<string, T>>, read: (entry: T) => unknown): LimitsTerms {
  return Object.fromEntries(Object.entries(entries).map(([name, entry]) => [name, read(entry)]));
}

/** Whole numbers are numbers in the document; decimals stay texts. */
const valuesOf = (texts: Texts): LimitsTerms =>
  Object.fromEntries(
    Object.entries(texts).map(([name, text]) => {
      const kind = Object.entries(LIMITS).find(([known]) => known === name)?.[1];
      return [name, kind?.form === 'integer' && /^\d{1,15}$/.test(text) ? Number(text) : text];
    }),
  );
