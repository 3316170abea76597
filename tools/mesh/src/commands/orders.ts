import type { Command } from 'commander';
import { countOf } from '../arguments.ts';
import { type Output, json, table, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';
import { askOrderPlane } from '../service-address.ts';

interface ListOptions extends CommonOptions {
  readonly account?: string;
  readonly strategy?: string;
  readonly open?: boolean;
  readonly max: string;
}

interface WhyOptions extends CommonOptions {
  readonly reason: string;
  readonly id?: string;
}

interface OrderOptions extends CommonOptions {
  readonly limit?: string;
  readonly stop?: string;
  readonly lifetime: string;
  readonly postOnly?: boolean;
  readonly account?: string;
  readonly strategy?: string;
}

interface WantedOptions extends OrderOptions, WhyOptions {}

interface ReplaceOptions extends WhyOptions {
  readonly quantity?: string;
  readonly limit?: string;
  readonly stop?: string;
}

type Plain = Readonly<Record<string, unknown>>;

/** `mesh orders list|show|submit|preview|cancel|replace`. */
export function register(program: Command, output: Output = terminal): void {
  const group = program.command('orders').description('Orders: look, submit, cancel, replace');
  group
    .command('list')
    .description('Orders, newest first')
    .option('--account <account>', 'of this account only')
    .option('--strategy <id>', 'of this strategy only')
    .option('--open', 'only those that may still fill')
    .option('--max <count>', 'at most so many', '20')
    .option('--json', 'one JSON text')
    .action((options: ListOptions) => run(options, output, () => list(options, output)));
  group
    .command('show')
    .description('The whole life of an order: intent, decision, facts, reports')
    .argument('<intent>', 'UUID of its intent')
    .option('--json', 'one JSON text')
    .action((intent: string, options: CommonOptions) =>
      run(options, output, () => show(intent, options, output)),
    );
  withWhy(withOrder(group.command('submit')))
    .description('Submit an order; the checks decide, `mesh orders show` tells')
    .action((market: string, side: string, quantity: string, options: WantedOptions) =>
      run(options, output, () => submit(bodyOf(market, side, quantity, options), options, output)),
    );
  withOrder(group.command('preview'))
    .description('What the checks would say to an order; exit 1 if it would be denied')
    .option('--json', 'one JSON text')
    .action((market: string, side: string, quantity: string, options: OrderOptions) => {
      const body = bodyOf(market, side, quantity, { ...options, reason: 'preview' });
      return run(options, output, () => preview(body, options, output));
    });
  withWhy(group.command('cancel'))
    .description('Ask for an order to be canceled')
    .argument('<intent>', 'UUID of its intent')
    .action((intent: string, options: WhyOptions) =>
      run(options, output, () => cancel(intent, options, output)),
    );
  withWhy(group.command('replace'))
    .description('Ask for an order to go on with other terms; what is left out stays as it is')
    .argument('<intent>', 'UUID of its intent')
    .option('--quantity <units>', 'the whole quantity, what is filled included')
    .option('--limit <price>', 'at this price or better')
    .option('--stop <price>', 'once this price trades')
    .action((intent: string, options: ReplaceOptions) =>
      run(options, output, () => replace(intent, options, output)),
    );
}

const withWhy = (command: Command): Command =>
  command
    .requiredOption('--reason <text>', 'why')
    .option('--id <uuid>', 'id of this request: the same id again is the same request')
    .option('--json', 'one JSON text');

const withOrder = (command: Command): Command =>
  command
    .argument('<market>', 'exchange and symbol, as BINANCE:BTCUSDT')
    .argument('<side>', 'buy or sell')
    .argument('<quantity>', 'base units or contracts')
    .option('--limit <price>', 'at this price or better')
    .option('--stop <price>', 'once this price trades')
    .option('--lifetime <word>', 'DAY, GTC, IOC or FOK', 'DAY')
    .option('--post-only', 'rest or be refused, and never take')
    .option('--account <account>', 'the account to trade for')
    .option('--strategy <id>', 'the strategy that it counts for');

const whyOf = ({ reason, id }: WhyOptions): Plain => ({ reason, intent_id: id });

/** The order plane checks every field; what is left out is not sent. */
function bodyOf(market: string, side: string, quantity: string, options: WantedOptions): Plain {
  const [exchange, symbol] = market.split(/[:|]/, 2);
  const { limit, stop, lifetime, postOnly, account, strategy } = options;
  const limited = limit === undefined ? 'MARKET' : 'LIMIT';
  const stopped = limit === undefined ? 'STOP' : 'STOP_LIMIT';
  return {
    ...whyOf(options),
    symbol,
    exchange,
    direction: side.toUpperCase(),
    quantity,
    order_type: stop === undefined ? limited : stopped,
    limit_price: limit,
    stop_price: stop,
    time_in_force: lifetime.toUpperCase(),
    post_only: postOnly,
    account,
    strategy_id: strategy,
  };
}

async function list(options: ListOptions, output: Output): Promise<void> {
  const { account, strategy, open, max } = options;
  const wanted = new URLSearchParams({ limit: String(countOf('--max', max)) });
  if (account !== undefined) wanted.set('account', account);
  if (strategy !== undefined) wanted.set('strategy', strategy);
  if (open === true) wanted.set('open', 'true');
  const { orders } = await askOrderPlane<{ orders: readonly Plain[] }>(
    `orders?${wanted.toString()}`,
  );
  if (options.json === true) return output.line(json(orders));
  if (orders.length === 0) return output.line('no orders');
  output.line(
    table(
      ['created', 'intent', 'account', 'strategy', 'market', 'order', 'filled', 'at', 'status'],
      orders.map((order) => [
        cell(order['created_at']),
        cell(order['intent_id']),
        cell(order['account']),
        cell(order['strategy_id']),
        `${cell(order['exchange'])}:${cell(order['symbol'])}`,
        [order['side'], order['quantity'], order['order_type'], order['limit_price']]
          .map(cell)
          .join(' ')
          .trimEnd(),
        cell(order['filled_quantity']),
        cell(order['average_price']),
        cell(order['status']),
      ]),
    ),
  );
}

interface Life {
  readonly intent: Plain;
  readonly order: Plain | null;
  readonly decisions: readonly (Plain & { readonly checks: readonly Check[] })[];
  readonly facts: readonly { readonly fact: Plain; readonly recorded_at: string }[];
  readonly reports: readonly { readonly report: Plain; readonly published_at: string | null }[];
}

interface Check {
  readonly code: string;
  readonly passed: boolean;
  readonly numbers: Plain;
}

async function show(intent: string, options: CommonOptions, output: Output): Promise<void> {
  const life = await askOrderPlane<Life>(`orders/${encodeURIComponent(intent)}`);
  if (options.json === true) return output.line(json(life));
  const { action, direction, quantity, order_type, exchange, symbol, reason } = life.intent;
  const words = [action, direction, quantity, order_type, `${cell(exchange)}:${cell(symbol)}`];
  output.line(`${words.map(cell).join(' ')}${reason === null ? '' : ` (${cell(reason)})`}`);
  if (life.order !== null) {
    const { status, filled_quantity, average_price, attempts } = life.order;
    const at = average_price === null ? '' : ` at ${cell(average_price)}`;
    output.line(`${cell(status)}, filled ${cell(filled_quantity)}${at}, sent ${cell(attempts)}x`);
  }
  for (const { stage, approved, limits_version, decided_at, checks } of life.decisions) {
    const said = approved === true ? 'approved' : 'denied';
    output.line(
      `\n${cell(decided_at)} ${cell(stage)}: ${said}, limits version ${cell(limits_version)}`,
    );
    output.line(checkTable(checks));
  }
  const facts = life.facts.map(({ fact, recorded_at }) => [recorded_at, ...factCells(fact)]);
  const reports = life.reports.map(({ report, published_at }) => [
    published_at ?? 'not published yet',
    cell(report['status']),
    cell(report['reject_reason']),
  ]);
  if (facts.length > 0) output.line(`\n${table(['recorded', 'fact', 'detail'], facts)}`);
  if (reports.length > 0) output.line(`\n${table(['published', 'report', 'reason'], reports)}`);
}

function factCells(fact: Plain): [string, string] {
  const detail = Object.entries(fact)
    .filter(([name]) => name !== 'kind')
    .map(([name, value]) => `${name} ${typeof value === 'object' ? json(value) : cell(value)}`);
  return [cell(fact['kind']), detail.join(', ')];
}

const checkTable = (checks: readonly Check[]): string =>
  table(
    ['check', 'says', 'numbers'],
    checks.map(({ code, passed, numbers }) => [
      code,
      passed ? 'pass' : 'FAIL',
      Object.entries(numbers)
        .map(([name, value]) => `${name} ${cell(value)}`)
        .join(', '),
    ]),
  );

async function submit(body: Plain, options: CommonOptions, output: Output): Promise<void> {
  const answer = await askOrderPlane<{ intent_id: string }>('orders', body);
  output.line(options.json === true ? json(answer) : `submitted: intent ${answer.intent_id}`);
}

async function cancel(intent: string, options: WhyOptions, output: Output): Promise<void> {
  const path = `orders/${encodeURIComponent(intent)}/cancel`;
  const answer = await askOrderPlane<{ intent_id: string }>(path, whyOf(options));
  output.line(
    options.json === true ? json(answer) : `cancel requested: intent ${answer.intent_id}`,
  );
}

async function replace(intent: string, options: ReplaceOptions, output: Output): Promise<void> {
  const { quantity, limit, stop } = options;
  const path = `orders/${encodeURIComponent(intent)}/replace`;
  const answer = await askOrderPlane<{ intent_id: string }>(path, {
    ...whyOf(options),
    quantity,
    limit_price: limit,
    stop_price: stop,
  });
  output.line(
    options.json === true ? json(answer) : `replace requested: intent ${answer.intent_id}`,
  );
}

async function preview(body: Plain, options: CommonOptions, output: Output): Promise<number> {
  const answer = await askOrderPlane<{
    readonly account: string;
    readonly approved: boolean;
    readonly limits_version: number | null;
    readonly notional: string | null;
    readonly currency: string | null;
    readonly estimated_commission: string | null;
    readonly position_after: string;
    readonly checks: readonly Check[];
  }>('orders/preview', body);
  if (options.json === true) output.line(json(answer));
  else {
    const { account, approved, limits_version: version } = answer;
    const said = approved ? 'would be approved' : 'would be DENIED';
    output.line(`${said} for ${account}, limits version ${version ?? 'none'}`);
    const { notional, currency, estimated_commission: fee, position_after: after } = answer;
    const worth = notional === null ? 'nothing to value it at' : `${notional} ${currency ?? ''}`;
    output.line(`worth ${worth}, fee about ${fee ?? 'unknown'}, position then ${after}`);
    output.line(checkTable(answer.checks));
  }
  return answer.approved ? 0 : 1;
}

/** What is not known is empty. */
const cell = (value: unknown): string =>
  value === null || value === undefined ? '' : typeof value === 'string' ? value : json(value);
