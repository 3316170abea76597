export {
  type EuropeanOption,
  type OptionValue,
  blackScholes,
  blackScholesFormula,
  blackScholesPrice,
  normalCdf,
  normalPdf,
} from './pricing.ts';
