/** What a new version of the limits changes, and its plain form. */
import { ORDER_SCALE, formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { MONEY_SCALE } from './context.ts';
import {
  LIMITS,
  type LimitName,
  type LimitValues,
  type LimitsVersion,
  type StrategyEntry,
  isTighter,
} from './limits.ts';

/**
 * What the later version permits and the earlier one did not, one text each: a limit that is looser or gone, a new account
 * or strategy, more cash, another broker. Empty: it only lowers. Scope by scope, so that a limit which moves from one
 * scope to another counts as raised, even where the tightest of all stays what it was.
 */
export function raisesOf(before: LimitsVersion, after: LimitsVersion): readonly string[] {
  const markets = new Set([...before.instruments.keys(), ...after.instruments.keys()]);
  return [
    ...looser('defaults', before.defaults, after.defaults),
    ...[...after.accounts].flatMap(([name, entry]) => {
      const held = before.accounts.get(name);
      const path = `accounts.${name}`;
      if (held === undefined) return [`${path}: new`];
      return [
        ...(held.broker === entry.broker
          ? []
          : [`${path}.broker: ${held.broker} to ${entry.broker}`]),
        ...[...entry.cash].flatMap(([currency, amount]) => {
          const had = held.cash.get(currency) ?? 0n;
          return amount > had
            ? [`${path}.cash.${currency}: ${money(had)} to ${money(amount)}`]
            : [];
        }),
        ...looser(`${path}.limits`, held.limits, entry.limits),
      ];
    }),
    ...strategyRaises(before, after),
    ...[...markets].flatMap((market) =>
      looser(
        `instruments.${market}`,
        before.instruments.get(market) ?? {},
        after.instruments.get(market) ?? {},
      ),
    ),
  ];
}

/** A strategy that either version names trades under its own entry, or under that of any strategy. */
function strategyRaises(before: LimitsVersion, after: LimitsVersion): string[] {
  const names = new Set([...before.strategies.keys(), ...after.strategies.keys()]);
  const entryOf = (version: LimitsVersion, name: string): StrategyEntry | undefined =>
    version.strategies.get(name) ?? version.strategies.get('*');
  return [...names].flatMap((name) => {
    const [held, entry] = [entryOf(before, name), entryOf(after, name)];
    const path = `strategies.${name}`;
    if (entry === undefined) return [];
    if (held === undefined) return [`${path}: new`];
    const moved =
      held.account === entry.account
        ? []
        : [`${path}.account: ${held.account} to ${entry.account}`];
    return [...moved, ...looser(`${path}.limits`, held.limits, entry.limits)];
  });
}

function looser(path: string, before: LimitValues, after: LimitValues): string[] {
  return entriesOf(before).flatMap(([name, held]) => {
    const value = after[name];
    if (value === undefined) return [`${path}.${name}: ${limitText(name, held)} to none`];
    if (!isTighter(name, held, value)) return [];
    return [`${path}.${name}: ${limitText(name, held)} to ${limitText(name, value)}`];
  });
}

/** As `readLimits` takes it back: decimals are texts, so that nothing passes through a double. */
export function limitsToPlain(version: LimitsVersion): Readonly<Record<string, unknown>> {
  return {
    version: version.version,
    effective_from: formatRfc3339(version.effectiveFromMicros),
    changed_by: version.changedBy,
    reason: version.reason,
    defaults: valuesToPlain(version.defaults),
    accounts: plainEntries(version.accounts, ({ broker, cash, limits }) => ({
      broker,
      cash: plainEntries(cash, money),
      limits: valuesToPlain(limits),
    })),
    strategies: plainEntries(version.strategies, ({ account, limits }) => ({
      account,
      limits: valuesToPlain(limits),
    })),
    instruments: plainEntries(version.instruments, valuesToPlain),
  };
}

function plainEntries<T, P>(
  entries: ReadonlyMap<string, T>,
  plain: (entry: T) => P,
): Record<string, P> {
  return Object.fromEntries([...entries].map(([name, entry]) => [name, plain(entry)]));
}

const valuesToPlain = (values: LimitValues): Record<string, string | number> =>
  Object.fromEntries(
    entriesOf(values).map(([name, value]) => [
      name,
      typeof value === 'number' ? value : limitText(name, value),
    ]),
  );

/** A limit as people write it. */
export function limitText(name: LimitName, value: bigint | number): string {
  if (typeof value === 'number') return String(value);
  return formatDecimal(value, LIMITS[name].form === 'money' ? MONEY_SCALE : ORDER_SCALE);
}

const money = (amount: bigint): string => formatDecimal(amount, MONEY_SCALE);

const entriesOf = (values: LimitValues): [LimitName, bigint | number][] =>
  Object.entries(values) as [LimitName, bigint | number][];
