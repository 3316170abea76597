import { INSTRUMENTS, type Instrument } from '@tickmesh/contracts';
import { formatDecimal } from '@tickmesh/kernel';
import { pageHead, table } from './markdown.ts';

export function renderInstrumentsPage(): string {
  return [
    pageHead('Instruments', 'contracts/instruments'),
    'The markets that the mesh knows. A market is a symbol on an exchange. Steps, sessions, profit and loss and',
    'Greeks take their facts from here. A message without an exchange is resolved where its symbol trades on one',
    'exchange only, and refused otherwise.\n',
    table(
      [
        'symbol',
        'exchange',
        'name',
        'class',
        'price step',
        'quantity step',
        'smallest order',
        'largest order',
        'least value',
        'multiplier',
        'quoted in',
        'settled in',
        'hours',
        'status',
      ],
      INSTRUMENTS.map(row),
    ),
  ].join('\n');
}

function row(instrument: Instrument): string[] {
  const decimal = (units: bigint | null): string => (units === null ? '' : formatDecimal(units));
  return [
    instrument.symbol,
    instrument.exchange,
    instrument.name,
    instrument.asset_class,
    decimal(instrument.price_step),
    decimal(instrument.quantity_step),
    decimal(instrument.quantity_min),
    decimal(instrument.quantity_max),
    decimal(instrument.notional_min),
    decimal(instrument.multiplier) + (instrument.inverse ? ', inverse' : ''),
    instrument.quote_currency,
    instrument.settlement_currency,
    hours(instrument),
    instrument.status,
  ];
}

function hours({ sessions, time_zone }: Instrument): string {
  if (sessions.length === 0) return 'always';
  const spans = sessions.map(({ days, open, close }) => `days ${days.join(' ')} ${open}-${close}`);
  return `${spans.join('; ')} (${time_zone})`;
}
