/** HTTP of limits and kill switches: translates, and nothing else. */
import { Body, Controller, Get, HttpCode, Inject, Param, Post, Query } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiParam, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { formatRfc3339 } from '@tickmesh/kernel';
import { CalledBy, type Caller } from '@tickmesh/nest';

import { type LimitsParts, approveLimits, changeLimits } from '../app/limits-changes.ts';
import { type LimitsChange, listChanges } from '../app/limits-store.ts';
import type { OrderPlane } from '../app/order-plane.ts';
import { type QueryParts, showLimits } from '../app/order-queries.ts';
import { readLimitsChange, readSwitch } from './limits-request.ts';
import { APPROVAL, FAULT, LIMITS_CHANGE, SWITCH } from './order-bodies.ts';
import { type Plain, countOf, plainOf, textOf, uuidOf } from './order-request.ts';
import { ORDER_PLANE, ORDER_QUERIES } from './orders.controller.ts';

export const LIMITS_PARTS = Symbol('LimitsParts');

@ApiTags('limits')
@ApiResponse({ status: 400, description: 'An argument or a rule is broken.', schema: FAULT })
@Controller()
export class LimitsController {
  readonly #plane: OrderPlane;
  readonly #queries: QueryParts;
  readonly #limits: LimitsParts;

  constructor(
    @Inject(ORDER_PLANE) plane: OrderPlane,
    @Inject(ORDER_QUERIES) queries: QueryParts,
    @Inject(LIMITS_PARTS) limits: LimitsParts,
  ) {
    this.#plane = plane;
    this.#queries = queries;
    this.#limits = limits;
  }

  @ApiOperation({ summary: 'The limits in force, and what is halted' })
  @Get('limits')
  async limits(): Promise<Plain> {
    return showLimits(this.#queries);
  }

  @ApiOperation({ summary: 'Versions of the limits, and changes that wait, newest first' })
  @ApiQuery({ name: 'limit', type: Number, required: false, description: 'At most 1000.' })
  @Get('limits/changes')
  async changes(@Query('limit') limit?: string): Promise<Plain> {
    const changes = await listChanges(this.#queries.database, countOf('limit', limit, 20));
    return { changes: changes.map(changeBody) };
  }

  @ApiOperation({
    summary: 'Change the limits',
    description: 'What only lowers is in force at once; what raises anything waits for approval.',
  })
  @ApiBody({ schema: LIMITS_CHANGE })
  @ApiResponse({ status: 409, description: 'Another change was taken since.', schema: FAULT })
  @Post('limits')
  @HttpCode(200)
  async change(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const change = await changeLimits(this.#limits, readLimitsChange(body, caller.name));
    await this.#plane.followLimits();
    return { change: changeBody(change) };
  }

  @ApiOperation({ summary: 'Approve a change that raises something, as another person' })
  @ApiParam({ name: 'changeId', type: String, format: 'uuid' })
  @ApiBody({ schema: APPROVAL })
  @ApiResponse({ status: 403, description: 'The one who asked may not.', schema: FAULT })
  @ApiResponse({ status: 404, description: 'There is no such change.', schema: FAULT })
  @ApiResponse({ status: 409, description: 'Another change was taken since.', schema: FAULT })
  @Post('limits/changes/:changeId/approve')
  @HttpCode(200)
  async approve(
    @Param('changeId') changeId: string,
    @Body() body: unknown,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const change = await approveLimits(this.#limits, {
      changeId: uuidOf('changeId', changeId),
      by: caller.name,
      reason: textOf(plainOf(body), 'reason'),
    });
    await this.#plane.followLimits();
    return { change: changeBody(change) };
  }

  @ApiOperation({ summary: 'Stop new orders of a scope, and cancel those that work' })
  @ApiBody({ schema: SWITCH })
  @Post('halt')
  @HttpCode(200)
  async halt(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const { level, scope, by, reason } = readSwitch(body, caller.name);
    const reducingOnly = plainOf(body)['reducing_only'] === true;
    const held = { level, scope, by, reason };
    const { version, cancelsRequested } = await this.#plane.halt({ ...held, reducingOnly });
    return {
      halted: { ...held, reducing_only: reducingOnly, version },
      cancels_requested: cancelsRequested,
    };
  }

  @ApiOperation({
    summary: 'Let orders of a scope pass again',
    description: "The first call asks for it, another person's does it.",
  })
  @ApiBody({ schema: SWITCH })
  @ApiResponse({ status: 403, description: 'The one who asked may not.', schema: FAULT })
  @Post('rearm')
  @HttpCode(200)
  async rearm(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const wanted = readSwitch(body, caller.name);
    const { level, scope, by, reason } = wanted;
    const done = await this.#plane.rearm(wanted);
    return { [done]: { level, scope, by, reason } };
  }
}

function changeBody(change: LimitsChange): Plain {
  const time = (micros: number | undefined): string | null =>
    micros === undefined ? null : formatRfc3339(micros);
  return {
    change_id: change.changeId ?? null,
    state: change.state,
    version: change.version ?? null,
    raises: change.raises,
    requested_by: change.requestedBy,
    reason: change.reason,
    requested_at: time(change.requestedAtMicros),
    approved_by: change.approvedBy ?? null,
    approval_reason: change.approvalReason ?? null,
    effective_from: time(change.effectiveFromMicros),
  };
}
