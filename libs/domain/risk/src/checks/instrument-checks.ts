import { divideHalfEven } from '@tickmesh/kernel';
import { type Check, millis, money, result, units } from './check.ts';
import { notionalOf, referenceMid, valuationPrice } from './exposure.ts';

export const unknownInstrument: Check = ({ symbol, exchange }, { instrument }) =>
  result('UNKNOWN_INSTRUMENT', instrument !== undefined, { market: `${exchange}|${symbol}` });

export const instrumentHalted: Check = (_, { instrument }) =>
  instrument &&
  result('INSTRUMENT_HALTED', instrument.status === 'TRADING', { status: instrument.status });

export const sessionClosed: Check = (_, { instrument }) =>
  instrument && result('SESSION_CLOSED', instrument.sessionOpen);

/** Prices are multiples of the tick. */
export const priceOffTick: Check = ({ limitPrice, stopPrice }, { instrument }) => {
  const prices = [limitPrice, stopPrice].filter((price) => price !== undefined);
  if (instrument === undefined || prices.length === 0) return undefined;
  const { priceStep } = instrument;
  const passed = prices.every((price) => price % priceStep === 0n);
  return result('PRICE_OFF_TICK', passed, {
    prices: prices.map(units).join(', '),
    step: units(priceStep),
  });
};

/** The quantity above the minimum is a multiple of the step. */
export const quantityOffStep: Check = ({ quantity }, { instrument }) => {
  if (instrument === undefined) return undefined;
  const { quantityStep, quantityMin } = instrument;
  const passed = (quantity - quantityMin) % quantityStep === 0n;
  return result('QTY_OFF_STEP', passed, { quantity: units(quantity), step: units(quantityStep) });
};

export const quantityBelowMin: Check = ({ quantity }, { instrument }) =>
  instrument &&
  result('QTY_BELOW_MIN', quantity >= instrument.quantityMin, {
    quantity: units(quantity),
    min: units(instrument.quantityMin),
  });

export const quantityAboveMax: Check = ({ quantity }, { instrument }) => {
  if (instrument?.quantityMax === undefined) return undefined;
  const max = instrument.quantityMax;
  return result('QTY_ABOVE_MAX', quantity <= max, { quantity: units(quantity), max: units(max) });
};

/** The venue's smallest order value. */
export const notionalBelowMin: Check = (request, { instrument, reference }) => {
  if (instrument?.notionalMin === undefined || instrument.inverse) return undefined;
  const price = request.limitPrice ?? request.stopPrice ?? valuationPrice(request, reference);
  if (price === undefined) return undefined;
  const notional = notionalOf(instrument, request.quantity, price);
  const min = instrument.notionalMin * 10n ** 9n;
  return result('NOTIONAL_BELOW_MIN', notional >= min, {
    notional: money(notional),
    min: money(min),
  });
};

/** There is a market to compare with, and it is fresh; without one the answer is no. */
export const referenceStale: Check = (_, { reference, limits, nowMicros }) => {
  const ageMsMax = limits?.values.reference_age_ms_max;
  if (ageMsMax === undefined) return undefined;
  if (reference === undefined || referenceMid(reference) === undefined) {
    return result('REFERENCE_STALE', false, { ageMsMax, reference: 'none' });
  }
  const ageMs = millis(nowMicros - reference.atMicros);
  const { bookLive } = reference;
  return result('REFERENCE_STALE', bookLive && ageMs <= ageMsMax, { ageMs, ageMsMax, bookLive });
};

/** A limit price may improve on the reference without end, and be worse by so much: buys above, sells below. */
export const priceCollar: Check = (request, { reference, limits }) => {
  const bpsMax = limits?.values.collar_bps_max;
  const price = request.limitPrice ?? request.stopPrice;
  const mid = referenceMid(reference);
  if (bpsMax === undefined || price === undefined || mid === undefined) return undefined;
  const beyond = request.side === 'BUY' ? price - mid : mid - price;
  const allowed = divideHalfEven(mid * BigInt(bpsMax), 10_000n);
  return result('PRICE_COLLAR', beyond <= allowed, {
    price: units(price),
    reference: units(mid),
    beyond: units(beyond),
    allowed: units(allowed),
  });
};

/** An order that may only rest does not reach the other side; the broker looks once more when it arrives. */
export const postOnlyWouldCross: Check = (request, { reference }) => {
  const { postOnly, limitPrice, side } = request;
  if (postOnly !== true || limitPrice === undefined) return undefined;
  const best = side === 'BUY' ? reference?.ask : reference?.bid;
  const crosses = best !== undefined && (side === 'BUY' ? limitPrice >= best : limitPrice <= best);
  return result('POST_ONLY_WOULD_CROSS', !crosses, {
    price: units(limitPrice),
    best: best === undefined ? 'none' : units(best),
  });
};
