/**
 * The one limits document: versions with effective times; in each the accounts, the strategies with the account
 * that they trade for, and limits by scope. Limits of several scopes all hold: the tightest is effective.
 * Quantities and money are decimals, read from their source text.
 */
import { Fault, ORDER_SCALE, parseDecimal, parseRfc3339 } from '@tickmesh/kernel';
import { MONEY_SCALE } from './context.ts';

/** A limit that is absent does not apply. */
export interface LimitValues {
  /** Units of one order. */
  readonly order_quantity_max?: bigint;
  /** Money of one order, in the settlement currency. */
  readonly order_notional_max?: bigint;
  /** Units held, worst case with open orders, either way. */
  readonly position_max?: bigint;
  /** Money held in one market, worst case. */
  readonly position_notional_max?: bigint;
  /** Money over all markets of the settlement currency: sum of sizes, and size of the sum. */
  readonly gross_max?: bigint;
  readonly net_max?: bigint;
  /** Money held in one market, worst case, in basis points of the equity. */
  readonly concentration_bps_max?: number;
  readonly open_orders_max?: number;
  /** A limit price may be this far beyond the reference, in basis points. */
  readonly collar_bps_max?: number;
  readonly reference_age_ms_max?: number;
  readonly signal_age_ms_max?: number;
  /** Orders of one strategy in `rate_window_ms`. */
  readonly rate_orders_max?: number;
  /** Cancels and replaces of one strategy in `rate_window_ms`: what is beyond stops replaces, never cancels. */
  readonly rate_cancels_max?: number;
  readonly rate_window_ms?: number;
  /** An equal order of the strategy within this time is a repetition. */
  readonly duplicate_window_ms?: number;
  /** Equity needed for each unit of gross exposure: 1 is cash, 0.1 is ten times leverage. */
  readonly margin_rate?: bigint;
  /** Money below the equity at the start of the day. */
  readonly daily_loss_max?: bigint;
  /** Basis points below the highest equity. */
  readonly drawdown_bps_max?: number;
}

export type LimitName = keyof LimitValues;

export interface EffectiveLimits {
  readonly version: number;
  readonly values: LimitValues;
}

export interface AccountEntry {
  readonly broker: string;
  /** Opening cash by currency, MONEY_SCALE. */
  readonly cash: ReadonlyMap<string, bigint>;
  readonly limits: LimitValues;
}

export interface StrategyEntry {
  readonly account: string;
  readonly limits: LimitValues;
}

export interface LimitsVersion {
  readonly version: number;
  readonly effectiveFromMicros: number;
  readonly changedBy: string;
  readonly reason: string;
  readonly defaults: LimitValues;
  readonly accounts: ReadonlyMap<string, AccountEntry>;
  /** By strategy id; `*` is any strategy that is not named. */
  readonly strategies: ReadonlyMap<string, StrategyEntry>;
  /** By `exchange|symbol`. */
  readonly instruments: ReadonlyMap<string, LimitValues>;
}

export interface LimitsDocument {
  /** By effective time, rising, as by version. */
  readonly versions: readonly LimitsVersion[];
}

interface LimitKind {
  readonly form: 'quantity' | 'money' | 'rate' | 'integer';
  /** Of two limits, the one that holds. */
  readonly tighter: 'lower' | 'higher';
}

/** Every limit: how it is written, and which of two is the tighter. */
export const LIMITS: Readonly<Record<LimitName, LimitKind>> = {
  order_quantity_max: { form: 'quantity', tighter: 'lower' },
  order_notional_max: { form: 'money', tighter: 'lower' },
  position_max: { form: 'quantity', tighter: 'lower' },
  position_notional_max: { form: 'money', tighter: 'lower' },
  gross_max: { form: 'money', tighter: 'lower' },
  net_max: { form: 'money', tighter: 'lower' },
  concentration_bps_max: { form: 'integer', tighter: 'lower' },
  open_orders_max: { form: 'integer', tighter: 'lower' },
  collar_bps_max: { form: 'integer', tighter: 'lower' },
  reference_age_ms_max: { form: 'integer', tighter: 'lower' },
  signal_age_ms_max: { form: 'integer', tighter: 'lower' },
  rate_orders_max: { form: 'integer', tighter: 'lower' },
  rate_cancels_max: { form: 'integer', tighter: 'lower' },
  rate_window_ms: { form: 'integer', tighter: 'higher' },
  duplicate_window_ms: { form: 'integer', tighter: 'higher' },
  margin_rate: { form: 'rate', tighter: 'higher' },
  daily_loss_max: { form: 'money', tighter: 'lower' },
  drawdown_bps_max: { form: 'integer', tighter: 'lower' },
};

/** The version in force at a time; undefined before the first. */
export function limitsAt(document: LimitsDocument, atMicros: number): LimitsVersion | undefined {
  return document.versions.findLast((version) => version.effectiveFromMicros <= atMicros);
}

/** The account that a strategy trades for, when its intent names none. */
export function accountOf(version: LimitsVersion, strategyId: string): string | undefined {
  return (version.strategies.get(strategyId) ?? version.strategies.get('*'))?.account;
}

/** The tightest of all scopes; undefined when the document does not let the strategy trade for the account. */
export function effectiveLimits(
  version: LimitsVersion,
  scope: { readonly strategyId: string; readonly account: string; readonly market: string },
): EffectiveLimits | undefined {
  const account = version.accounts.get(scope.account);
  const strategy = version.strategies.get(scope.strategyId) ?? version.strategies.get('*');
  if (account === undefined || strategy?.account !== scope.account) return undefined;
  const scopes = [version.defaults, account.limits, strategy.limits];
  const values: Record<string, bigint | number> = {};
  for (const limits of [...scopes, version.instruments.get(scope.market) ?? {}]) {
    for (const [name, value] of Object.entries(limits) as [LimitName, bigint | number][]) {
      const held = values[name];
      if (held === undefined || isTighter(name, value, held)) values[name] = value;
    }
  }
  return { version: version.version, values };
}

/** How far back orders count: the longest window of any scope, in milliseconds. */
export function recentWindowMs(version: LimitsVersion | undefined): number {
  if (version === undefined) return 0;
  const scopes = [
    version.defaults,
    ...[...version.accounts.values()].map(({ limits }) => limits),
    ...[...version.strategies.values()].map(({ limits }) => limits),
    ...version.instruments.values(),
  ];
  return scopes.reduce(
    (longestMs, { rate_window_ms: rateMs = 0, duplicate_window_ms: duplicateMs = 0 }) =>
      Math.max(longestMs, rateMs, duplicateMs),
    0,
  );
}

/** Whether the first of two values of a limit forbids more. */
export function isTighter(name: LimitName, value: bigint | number, than: bigint | number): boolean {
  return LIMITS[name].tighter === 'lower' ? value < than : value > than;
}

/**
 * Reads the document from its plain form (YAML or JSON already parsed).
 * @throws Fault LIMITS_INVALID with every problem, each as `path: rule`
 */
export function readLimits(plain: unknown): LimitsDocument {
  const reader = new Reader();
  const versions = reader
    .list(plain, 'versions')
    .map((item, i) => reader.version(item, `versions[${i}]`));
  versions.forEach((version, i) => {
    const before = versions[i - 1];
    if (before === undefined) return;
    if (version.version <= before.version)
      reader.problem(`versions[${i}].version`, 'above the one before');
    if (version.effectiveFromMicros <= before.effectiveFromMicros) {
      reader.problem(`versions[${i}].effective_from`, 'after the one before');
    }
  });
  if (versions.length === 0) reader.problem('versions', 'at least one version');
  if (reader.problems.length > 0) throw new Fault('LIMITS_INVALID', { problems: reader.problems });
  return { versions };
}

type Plain = Readonly<Record<string, unknown>>;

class Reader {
  readonly problems: { name: string; rule: string }[] = [];

  problem(name: string, rule: string): void {
    this.problems.push({ name, rule });
  }

  version(plain: unknown, path: string): LimitsVersion {
    const item = this.record(plain, path, [
      'version',
      'effective_from',
      'changed_by',
      'reason',
      'defaults',
      'accounts',
      'strategies',
      'instruments',
    ]);
    const accounts = this.entries(item['accounts'], `${path}.accounts`, (held, at) =>
      this.account(held, at),
    );
    const strategies = this.entries(item['strategies'], `${path}.strategies`, (held, at) =>
      this.strategy(held, at, accounts),
    );
    if (accounts.size === 0) this.problem(`${path}.accounts`, 'at least one account');
    return {
      version: this.integer(item['version'], `${path}.version`),
      effectiveFromMicros: this.time(item['effective_from'], `${path}.effective_from`),
      changedBy: this.text(item['changed_by'], `${path}.changed_by`),
      reason: this.text(item['reason'], `${path}.reason`),
      defaults: this.limits(item['defaults'] ?? {}, `${path}.defaults`),
      accounts,
      strategies,
      instruments: this.entries(item['instruments'] ?? {}, `${path}.instruments`, (held, at) =>
        this.limits(held, at),
      ),
    };
  }

  account(plain: unknown, path: string): AccountEntry {
    const item = this.record(plain, path, ['broker', 'cash', 'limits']);
    return {
      broker: this.text(item['broker'], `${path}.broker`),
      cash: this.entries(item['cash'] ?? {}, `${path}.cash`, (held, at) =>
        this.decimal(held, at, MONEY_SCALE),
      ),
      limits: this.limits(item['limits'] ?? {}, `${path}.limits`),
    };
  }

  strategy(plain: unknown, path: string, accounts: ReadonlyMap<string, unknown>): StrategyEntry {
    const item = this.record(plain, path, ['account', 'limits']);
    const account = this.text(item['account'], `${path}.account`);
    if (account !== '' && !accounts.has(account))
      this.problem(`${path}.account`, 'an account of this version');
    return { account, limits: this.limits(item['limits'] ?? {}, `${path}.limits`) };
  }

  limits(plain: unknown, path: string): LimitValues {
    const item = this.record(plain, path, Object.keys(LIMITS));
    const values: Record<string, bigint | number> = {};
    for (const [name, kind] of Object.entries(LIMITS)) {
      const held = item[name];
      if (held === undefined) continue;
      values[name] =
        kind.form === 'integer'
          ? this.integer(held, `${path}.${name}`)
          : this.decimal(
              held,
              `${path}.${name}`,
              kind.form === 'money' ? MONEY_SCALE : ORDER_SCALE,
            );
    }
    return values;
  }

  list(plain: unknown, name: string): readonly unknown[] {
    const held = this.record(plain, 'document', [name])[name];
    if (Array.isArray(held)) return held;
    this.problem(name, 'a list');
    return [];
  }

  entries<T>(
    plain: unknown,
    path: string,
    read: (held: unknown, path: string) => T,
  ): Map<string, T> {
    const item = this.record(plain, path, undefined);
    return new Map(
      Object.entries(item).map(([name, held]) => [name, read(held, `${path}.${name}`)]),
    );
  }

  record(plain: unknown, path: string, known: readonly string[] | undefined): Plain {
    if (typeof plain !== 'object' || plain === null || Array.isArray(plain)) {
      this.problem(path, 'a mapping');
      return {};
    }
    for (const name of Object.keys(plain)) {
      if (known !== undefined && !known.includes(name)) {
        this.problem(`${path}.${name}`, `one of ${known.join(', ')}`);
      }
    }
    return plain as Plain;
  }

  text(plain: unknown, path: string): string {
    if (typeof plain === 'string' && plain.trim() !== '') return plain;
    this.problem(path, 'a text');
    return '';
  }

  integer(plain: unknown, path: string): number {
    if (typeof plain === 'number' && Number.isSafeInteger(plain) && plain >= 0) return plain;
    this.problem(path, 'an integer, not below 0');
    return 0;
  }

  time(plain: unknown, path: string): number {
    const text = plain instanceof Date ? plain.toISOString() : plain;
    const micros = typeof text === 'string' ? parseRfc3339(text) : undefined;
    if (micros === undefined) this.problem(path, 'an RFC 3339 time with a zone');
    return micros ?? 0;
  }

  decimal(plain: unknown, path: string, scale: number): bigint {
    if (typeof plain === 'number' || typeof plain === 'string' || typeof plain === 'bigint') {
      try {
        const value = parseDecimal(String(plain), scale);
        if (value >= 0n) return value;
      } catch {
        // Said below, with the path.
      }
    }
    this.problem(path, `a decimal, not below 0, of at most ${scale} digits after the point`);
    return 0n;
  }
}
