export { ANOMALIES, type Anomaly, type AnomalyCode, anomaly } from './anomaly.ts';
export { type EffectiveFill, canonicalOrder, effectiveFills } from './executions.ts';
export {
  type AbsentFact,
  type AcknowledgedFact,
  type BustFact,
  type CancelRejectedFact,
  type CancelRequestedFact,
  type CanceledFact,
  type CorrectionFact,
  type DecisionFact,
  type ExpiredFact,
  type FillFact,
  type InferredFillFact,
  type IntentFact,
  type Lifetime,
  type Liquidity,
  NOTIONAL_SCALE,
  type OrderFact,
  type OrderKind,
  type OrderTerms,
  type RejectedFact,
  type ReplaceAcceptedFact,
  type ReplaceRejectedFact,
  type ReplaceRequestedFact,
  type SendingFact,
  type Side,
  type SnapshotFact,
  type TriggeredFact,
  type UnansweredFact,
  decodeFact,
  decodeIntent,
  encodeFact,
  factKey,
} from './fact.ts';
export { OrderFold, type OrderState, foldOrder } from './fold.ts';
export { type OrderStatus } from './status.ts';
export { TRANSITIONS, isTransitionPermitted, transitionAnomaly } from './transitions.ts';
export {
  type PaperEvent,
  type PaperInstrument,
  type PaperLevel,
  type PaperOrder,
  type PaperOrderState,
  type PaperQuote,
  type PaperSettings,
} from './paper/order.ts';
export { PaperVenue } from './paper/venue.ts';
export {
  type ReportSubject,
  type RequestOutcome,
  buildReport,
  buildRequestReport,
  clientOrderIdOf,
  isReportDue,
  reportIdOf,
  reportStatusOf,
} from './report.ts';
export { type SessionCalendar, isSessionOpen, sessionEndMicros } from './session.ts';
