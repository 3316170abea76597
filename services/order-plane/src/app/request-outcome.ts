import type { OrderFold } from '@tickmesh/domain-orders';

/** What became of a request; undefined while that is open. */
export function requestOutcome(
  request: { readonly request_id: string; readonly kind: 'cancel' | 'replace' },
  fold: OrderFold,
): { status: 'CANCELED' | 'ACKNOWLEDGED' | 'REJECTED'; reason: string | undefined } | undefined {
  const state = fold.state();
  const answer = fold
    .facts()
    .find(
      (fact) =>
        'requestId' in fact &&
        fact.requestId === request.request_id &&
        !fact.kind.endsWith('-requested'),
    );
  if (answer?.kind === 'replace-accepted') return { status: 'ACKNOWLEDGED', reason: undefined };
  if (answer !== undefined) {
    const reason = 'reason' in answer ? answer.reason : undefined;
    return { status: 'REJECTED', reason };
  }
  if (!state.ended) return undefined;
  if (request.kind === 'cancel' && state.executionStatus === 'CANCELED') {
    return { status: 'CANCELED', reason: undefined };
  }
  return { status: 'REJECTED', reason: `too late: the order is ${state.executionStatus}` };
}
