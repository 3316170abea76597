/** HTTP for what people want done with orders: translates, and nothing else. */
import { randomUUID } from 'node:crypto';
import { Body, Controller, HttpCode, Inject, Param, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiResponse, ApiTags } from '@nestjs/swagger';
import { MONEY_SCALE } from '@tickmesh/domain-risk';
import { formatDecimal } from '@tickmesh/kernel';
import { CalledBy, type Caller } from '@tickmesh/nest';

import {
  type ManualParts,
  cancelOrder,
  previewOrder,
  replaceOrder,
  submitOrder,
} from '../app/manual-orders.ts';
import { ACCEPTED, CHANGE, FAULT, ORDER, PREVIEW, TERMS } from './order-bodies.ts';
import { type Plain, readChange, readOrder, readTerms } from './order-request.ts';

export const MANUAL_ORDERS = Symbol('ManualOrders');

const INTENT_ID = { name: 'intentId', description: 'The intent of the order.', type: String };

@ApiTags('orders')
@ApiResponse({ status: 400, description: 'An argument or a rule is broken.', schema: FAULT })
@Controller('orders')
export class OrderCommandsController {
  readonly #parts: ManualParts;

  constructor(@Inject(MANUAL_ORDERS) parts: ManualParts) {
    this.#parts = parts;
  }

  @ApiOperation({
    summary: 'Submit an order',
    description: 'Answered once the intent is published; GET /orders/{intent_id} tells the rest.',
  })
  @ApiBody({ schema: ORDER })
  @ApiResponse({ status: 202, description: 'The intent is published.', schema: ACCEPTED })
  @ApiResponse({ status: 409, description: 'The id has other content.', schema: FAULT })
  @Post()
  @HttpCode(202)
  async submit(@Body() body: unknown, @CalledBy() { name }: Caller): Promise<Plain> {
    const wanted = readOrder(body, name, randomUUID);
    await submitOrder(this.#parts, wanted);
    return { intent_id: wanted.intentId };
  }

  @ApiOperation({
    summary: 'What the checks would say',
    description: 'The decision that the order would meet now; nothing is recorded or sent.',
  })
  @ApiBody({ schema: ORDER })
  @ApiResponse({ status: 200, description: 'Every check with its numbers.', schema: PREVIEW })
  @Post('preview')
  @HttpCode(200)
  async preview(@Body() body: unknown, @CalledBy() { name }: Caller): Promise<Plain> {
    const wanted = readOrder(body, name, randomUUID);
    const preview = await previewOrder(this.#parts, wanted);
    return {
      account: preview.account,
      approved: preview.approved,
      limits_version: preview.limitsVersion ?? null,
      currency: preview.currency ?? null,
      notional: moneyText(preview.notional),
      estimated_commission: moneyText(preview.estimatedFee),
      position_after: formatDecimal(preview.positionAfter),
      reference_price: preview.reference ? formatDecimal(preview.reference.price) : null,
      checks: preview.checks,
    };
  }

  @ApiOperation({ summary: 'Cancel an order', description: 'A cancel always passes the checks.' })
  @ApiParam(INTENT_ID)
  @ApiBody({ schema: CHANGE })
  @ApiResponse({ status: 202, description: 'The request is published.', schema: ACCEPTED })
  @ApiResponse({ status: 404, description: 'There is no such order.', schema: FAULT })
  @Post(':intentId/cancel')
  @HttpCode(202)
  async cancel(
    @Param('intentId') target: string,
    @Body() body: unknown,
    @CalledBy() { name: by }: Caller,
  ): Promise<Plain> {
    const wanted = readChange(body, { target, by, newId: randomUUID });
    await cancelOrder(this.#parts, wanted);
    return { intent_id: wanted.intentId };
  }

  @ApiOperation({
    summary: 'Replace the terms of an order',
    description: 'What is left out stays as it is. The new terms meet every check.',
  })
  @ApiParam(INTENT_ID)
  @ApiBody({ schema: TERMS })
  @ApiResponse({ status: 202, description: 'The request is published.', schema: ACCEPTED })
  @ApiResponse({ status: 404, description: 'There is no such order.', schema: FAULT })
  @Post(':intentId/replace')
  @HttpCode(202)
  async replace(
    @Param('intentId') target: string,
    @Body() body: unknown,
    @CalledBy() { name: by }: Caller,
  ): Promise<Plain> {
    const change = readChange(body, { target, by, newId: randomUUID });
    const wanted = { ...change, terms: readTerms(body) };
    await replaceOrder(this.#parts, wanted);
    return { intent_id: wanted.intentId };
  }
}

const moneyText = (amount: bigint | undefined): string | null =>
  amount === undefined ? null : formatDecimal(amount, MONEY_SCALE);
