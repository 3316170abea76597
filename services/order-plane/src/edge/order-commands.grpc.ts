/** What tickmesh.order.v1.OrderService does with orders, answered once it is recorded. */
import { Controller, Inject } from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { MONEY_SCALE } from '@tickmesh/domain-risk';
import { formatDecimal, formatRfc3339 } from '@tickmesh/kernel';
import { callerOf } from '@tickmesh/nest';
import {
  MANUAL,
  type ManualParts,
  type OrderPreview,
  awaitTaken,
  cancelOrder,
  previewOrder,
  replaceOrder,
  submitOrder,
} from '../app/manual-orders.ts';
import { viewOrder } from '../app/order-views.ts';
import { MANUAL_ORDERS } from './order-commands.controller.ts';
import {
  type Timestamp,
  checkMessage,
  microsOf,
  orderMessage,
  timestampOf,
} from './order-messages.ts';
import { type Plain, invalid, readChange, readOrder, readTerms } from './order-request.ts';

/** tickmesh.order.v1.OrderTerms. */
interface TermsMessage {
  readonly symbol: string;
  readonly exchange: string;
  readonly direction: string;
  readonly order_type: string;
  readonly quantity: string;
  readonly limit_price?: string;
  readonly stop_price?: string;
  readonly time_in_force: string;
  readonly account: string;
  readonly strategy_id: string;
  readonly deadline?: Timestamp | null;
  readonly reason: string;
  readonly post_only: boolean;
}

interface ChangeRequest {
  readonly intent_id: string;
  readonly target_intent_id: string;
  readonly reason: string;
}

@Controller()
export class OrderCommandCalls {
  readonly #parts: ManualParts;

  constructor(@Inject(MANUAL_ORDERS) parts: ManualParts) {
    this.#parts = parts;
  }

  @GrpcMethod('OrderService', 'SubmitOrder')
  async submitOrder(
    request: { readonly intent_id: string; readonly terms: TermsMessage | null },
    metadata: object,
  ) {
    const plain = { ...this.#plainOf(request.terms), intent_id: request.intent_id };
    const wanted = readOrder(plain, callerOf(metadata).name, noId);
    await submitOrder(this.#parts, wanted);
    return this.#answer(wanted.intentId, wanted.intentId);
  }

  @GrpcMethod('OrderService', 'CancelOrder')
  async cancelOrder(request: ChangeRequest, metadata: object) {
    const wanted = changeOf(request, metadata);
    await cancelOrder(this.#parts, wanted);
    return this.#answer(wanted.intentId, wanted.targetIntentId);
  }

  @GrpcMethod('OrderService', 'ReplaceOrder')
  async replaceOrder(
    request: ChangeRequest & {
      readonly quantity?: string;
      readonly limit_price?: string;
      readonly stop_price?: string;
    },
    metadata: object,
  ) {
    const wanted = { ...changeOf(request, metadata), terms: readTerms(request) };
    await replaceOrder(this.#parts, wanted);
    return this.#answer(wanted.intentId, wanted.targetIntentId);
  }

  @GrpcMethod('OrderService', 'PreviewOrder')
  async previewOrder(request: { readonly terms: TermsMessage | null }) {
    const plain = { ...this.#plainOf(request.terms), reason: 'preview', intent_id: PREVIEW_ID };
    // Nothing is recorded, so nobody is named.
    const wanted = readOrder(plain, 'preview', noId);
    return previewMessage(await previewOrder(this.#parts, wanted));
  }

  /** The order once the request is recorded. */
  async #answer(intentId: string, orderIntentId: string) {
    await awaitTaken(this.#parts, intentId);
    const { order } = await viewOrder(this.#parts.database, { intentId: orderIntentId });
    return { order: orderMessage(order) };
  }

  /** The message in the words of the HTTP body. */
  #plainOf(terms: TermsMessage | null): Plain {
    if (terms === null) throw invalid('terms', 'what is wanted', terms);
    const { exchange, account, strategy_id: strategyId, deadline } = terms;
    const lifetime = terms.time_in_force.replace('TIME_IN_FORCE_', '');
    return {
      symbol: terms.symbol,
      exchange: exchange === '' ? this.#parts.exchangeOf(terms.symbol) : exchange,
      direction: terms.direction.replace('DIRECTION_', ''),
      order_type: terms.order_type.replace('ORDER_TYPE_', ''),
      quantity: terms.quantity,
      limit_price: terms.limit_price,
      stop_price: terms.stop_price,
      time_in_force: lifetime === 'UNSPECIFIED' ? 'DAY' : lifetime,
      post_only: terms.post_only,
      account: account === '' ? undefined : account,
      strategy_id: strategyId === '' ? MANUAL : strategyId,
      deadline: deadline == null ? undefined : formatRfc3339(microsOf(deadline)),
      reason: terms.reason,
    };
  }
}

/** The intent of every preview: it is never recorded. */
const PREVIEW_ID = '00000000-0000-0000-0000-000000000000';

const noId = (): never => {
  throw invalid('intent_id', 'a UUID in lower case', '');
};

function changeOf(request: ChangeRequest, metadata: object) {
  const { intent_id, target_intent_id: target, reason } = request;
  const by = callerOf(metadata).name;
  return readChange({ intent_id, reason }, { target, by, newId: noId });
}

function previewMessage(preview: OrderPreview) {
  const { approved, checks, currency, limitsVersion, reference } = preview;
  const money = (amount: bigint | undefined): string =>
    amount === undefined ? '' : formatDecimal(amount, MONEY_SCALE);
  return {
    approved,
    checks: checks.map(checkMessage),
    notional: money(preview.notional),
    currency: currency ?? '',
    position_after: formatDecimal(preview.positionAfter),
    estimated_commission: money(preview.estimatedFee),
    limits_version: String(limitsVersion ?? 0),
    ...(reference === undefined
      ? {}
      : {
          reference_price: formatDecimal(reference.price),
          reference_time: timestampOf(reference.atMicros),
        }),
  };
}
