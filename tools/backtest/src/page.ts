/** The report as one page that needs nothing else: styles and plots are in it. */
import { formatRfc3339 } from '@tickmesh/kernel';
import type { BacktestReport, EquityPoint } from './report.ts';

const WIDTH = 960;
const HEIGHT = 220;
const MARGIN = { left: 90, right: 12, top: 12, bottom: 24 };
/** Points of a plot, at the most: more would not be seen. */
const POINTS_MAX = 1200;
/** Lines of a table on the page; report.json has them all. */
const LINES_MAX = 500;

export function renderPage(report: BacktestReport): string {
  const { strategy, result, orders, period, currency } = report;
  const drawdown = drawdownOf(report.equity);
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Back-test of ${escape(strategy.id)}</title>
<style>${STYLE}</style>
<main>
<h1>Back-test of ${escape(strategy.id)}</h1>
<p>${escape(strategy.kind)} on ${escape(strategy.markets.join(', '))} for ${escape(strategy.account)}, ${escape(period.from)} to ${escape(period.to)}</p>
${facts([
  ['Profit after fees', `${number(result.profit, 2)} ${currency}`],
  ['Profit before fees', `${number(result.profitBeforeFees, 2)} ${currency}`],
  ['Equity', `${number(result.startEquity, 2)} to ${number(result.endEquity, 2)} ${currency}`],
  ['Largest drawdown', `${number(result.maxDrawdown * 100, 4)} %`],
  [
    'Fees',
    Object.entries(result.fees)
      .map(([name, fee]) => `${number(Number(fee), 2)} ${name}`)
      .join(', ') || 'none',
  ],
  ['Turnover', `${number(result.turnover, 2)} ${currency}`],
  ['Sharpe ratio of a second', `${number(result.sharpe, 4)} over ${result.returns} returns`],
  [
    'Probability that it is above 0',
    result.probabilisticSharpe === null ? 'no answer' : number(result.probabilisticSharpe, 4),
  ],
  ['Trades', `${result.trades}, ${result.winningTrades} won`],
  [
    'Slippage against arrival mid',
    orders.slippageBps === null ? 'no fills' : `${number(orders.slippageBps, 3)} bp`,
  ],
  ['Filled', orders.fillRatio === null ? 'no orders' : `${number(orders.fillRatio * 100, 1)} %`],
])}
<h2>Equity, ${escape(currency)}</h2>
${plot(report.equity, 'equity', 2)}
<h2>Drawdown, percent of the peak</h2>
${plot(drawdown, 'drawdown', 4)}
<h2>Orders</h2>
${facts([
  ['Intents', pairs(orders.intents)],
  ['Orders by status', pairs(orders.byStatus)],
  ['Denied by', pairs(orders.deniedBy)],
  [
    'Frames',
    `${report.market.frames}, ${report.market.unreadable} not readable, ${report.market.events} events`,
  ],
])}
<h2>Positions at the end</h2>
${lines(report.positions, ['market', 'quantity', 'averagePrice', 'realized'])}
<h2>Trades</h2>
${lines(report.trades, ['market', 'side', 'quantity', 'openedAt', 'openPrice', 'closedAt', 'closePrice', 'realized'])}
<h2>Fills</h2>
${lines(report.fills, ['time', 'market', 'side', 'quantity', 'price', 'value', 'fee', 'feeCurrency', 'liquidity', 'slippageBps'])}
${sources(report)}
</main>
</html>
`;
}

function sources({ strategy, hashes }: BacktestReport): string {
  return `<h2>What it was made of</h2>
${facts([
  ...Object.entries(strategy.parameters).map(([name, value]): [string, string] => [
    name,
    String(value),
  ]),
  ...Object.entries(hashes.data).map(([file, hash]): [string, string] => [`Data ${file}`, hash]),
  ['Code', hashes.code],
  ['Configuration', hashes.configuration],
])}`;
}

/** A line over time with its extremes on the axis. */
function plot(points: readonly EquityPoint[], name: string, digits: number): string {
  const [first, last] = [points[0], points.at(-1)];
  if (first === undefined || last === undefined) return '<p>No marks.</p>';
  const values = points.map(({ equity }) => equity);
  const [low, high] = [
    values.reduce((a, b) => Math.min(a, b)),
    values.reduce((a, b) => Math.max(a, b)),
  ];
  const span = high - low || 1;
  const time = last.atMicros - first.atMicros || 1;
  const x = (at: number): number =>
    MARGIN.left + ((at - first.atMicros) / time) * (WIDTH - MARGIN.left - MARGIN.right);
  const y = (value: number): number =>
    HEIGHT - MARGIN.bottom - ((value - low) / span) * (HEIGHT - MARGIN.top - MARGIN.bottom);
  const path = thinned(points)
    .map(
      ({ atMicros, equity }, i) =>
        `${i === 0 ? 'M' : 'L'}${x(atMicros).toFixed(1)} ${y(equity).toFixed(1)}`,
    )
    .join('');
  const ticks = [high, (high + low) / 2, low].map(
    (value) =>
      `<line class="grid" x1="${MARGIN.left}" x2="${WIDTH - MARGIN.right}" y1="${y(value).toFixed(1)}" y2="${y(value).toFixed(1)}"/><text x="${MARGIN.left - 8}" y="${(y(value) + 4).toFixed(1)}" text-anchor="end">${number(value, digits)}</text>`,
  );
  const clock = (at: number): string => formatRfc3339(at).slice(11, 19);
  return `<svg viewBox="0 0 ${WIDTH} ${HEIGHT}" role="img" aria-label="${name}">${ticks.join('')}<path class="${name}" d="${path}"/><text x="${MARGIN.left}" y="${HEIGHT - 6}">${clock(first.atMicros)}</text><text x="${WIDTH - MARGIN.right}" y="${HEIGHT - 6}" text-anchor="end">${clock(last.atMicros)} UTC</text></svg>`;
}

/** Of many points the extremes of each stretch, so that no spike is lost. */
function thinned(points: readonly EquityPoint[]): readonly EquityPoint[] {
  if (points.length <= POINTS_MAX) return points;
  const size = Math.ceil((2 * points.length) / POINTS_MAX);
  const kept: EquityPoint[] = [];
  for (let from = 0; from < points.length; from += size) {
    const stretch = points.slice(from, from + size);
    const lowest = stretch.reduce((a, b) => (b.equity < a.equity ? b : a));
    const highest = stretch.reduce((a, b) => (b.equity > a.equity ? b : a));
    kept.push(...[lowest, highest].sort((a, b) => a.atMicros - b.atMicros));
  }
  return kept;
}

function drawdownOf(points: readonly EquityPoint[]): EquityPoint[] {
  let peak = -Infinity;
  return points.map(({ atMicros, equity }) => {
    peak = Math.max(peak, equity);
    return { atMicros, equity: -100 * (1 - equity / peak) };
  });
}

function facts(rows: readonly (readonly [string, string])[]): string {
  const body = rows.map(([name, value]) => `<dt>${escape(name)}</dt><dd>${escape(value)}</dd>`);
  return `<dl>${body.join('')}</dl>`;
}

function lines<Row extends object>(
  rows: readonly Row[],
  columns: readonly (keyof Row & string)[],
): string {
  if (rows.length === 0) return '<p>None.</p>';
  const head = columns.map(
    (name) => `<th>${escape(name.replace(/[A-Z]/g, (letter) => ` ${letter.toLowerCase()}`))}</th>`,
  );
  const body = rows
    .slice(0, LINES_MAX)
    .map(
      (row) =>
        `<tr>${columns.map((name) => `<td>${escape(String(row[name] ?? ''))}</td>`).join('')}</tr>`,
    );
  const more =
    rows.length > LINES_MAX ? `<p>${rows.length - LINES_MAX} more are in report.json.</p>` : '';
  return `<div class="wide"><table><thead><tr>${head.join('')}</tr></thead><tbody>${body.join('\n')}</tbody></table></div>${more}`;
}

const pairs = (counts: Readonly<Record<string, number>>): string =>
  Object.entries(counts)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ') || 'none';

/** The same on every machine: no locale of its own. */
function number(value: number, digits: number): string {
  const [whole = '', fraction] = value.toFixed(digits).split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ' ');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escape = (text: string): string =>
  text.replace(/[&<>"]/g, (found) => ESCAPES[found] ?? found);

const STYLE = `
:root{color-scheme:light dark;--ink:#1b1f24;--soft:#5c6570;--rule:#d9dee4;--up:#0a6cc4;--down:#c0392b;--back:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e6e9ed;--soft:#9aa4af;--rule:#343b44;--up:#5aa9f0;--down:#ef7d70;--back:#15181c}}
body{margin:0;background:var(--back);color:var(--ink);font:15px/1.5 system-ui,sans-serif}
main{max-width:960px;margin:0 auto;padding:24px}
h1{font-size:24px;margin:0}h2{font-size:16px;margin:32px 0 8px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:4px 24px;margin:0}dt{color:var(--soft)}dd{margin:0;font-variant-numeric:tabular-nums;overflow-wrap:anywhere}
svg{width:100%;height:auto;display:block}svg text{font-size:11px;fill:var(--soft)}
.grid{stroke:var(--rule)}path{fill:none;stroke-width:1.5}.equity{stroke:var(--up)}.drawdown{stroke:var(--down)}
.wide{overflow-x:auto}table{border-collapse:collapse;width:100%;font-size:13px;font-variant-numeric:tabular-nums}
th{text-align:left;color:var(--soft);font-weight:500}th,td{padding:3px 12px 3px 0;border-bottom:1px solid var(--rule);white-space:nowrap}`;
