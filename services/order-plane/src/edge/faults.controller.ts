/** HTTP of the paper broker as a process: how it misbehaves, read and changed while it runs. */
import { Body, Controller, Get, HttpCode, Inject, Post } from '@nestjs/common';
import { ApiBody, ApiOperation, ApiTags } from '@nestjs/swagger';
import type { BrokerFaultsConfig } from '@tickmesh/config';
import type { BrokerFaults } from './broker-faults.ts';
import { type Plain, invalid, oneOf, plainOf } from './order-request.ts';

export const BROKER_FAULTS = Symbol('BrokerFaults');

const DUPLICATES = ['repeat', 'reject', 'accept'] as const;
const DELAY_MS_MAX = 600_000;

@ApiTags('faults')
@Controller('faults')
export class FaultsController {
  readonly #faults: BrokerFaults;

  constructor(@Inject(BROKER_FAULTS) faults: BrokerFaults) {
    this.#faults = faults;
  }

  @ApiOperation({ summary: 'How the broker misbehaves, and how often it has' })
  @Get()
  show(): Plain {
    const { now, handedOver, dropped, repeated } = this.#faults;
    return {
      drop_share: now.dropShare,
      repeat_share: now.repeatShare,
      delay_ms: now.delayMs,
      duplicates: now.duplicates,
      handed_over: handedOver,
      dropped,
      repeated,
    };
  }

  @ApiOperation({
    summary: 'Misbehave otherwise from now on',
    description: 'What is left out stays.',
  })
  @ApiBody({
    schema: {
      type: 'object',
      properties: {
        drop_share: { type: 'number', minimum: 0, maximum: 1 },
        repeat_share: { type: 'number', minimum: 0, maximum: 1 },
        delay_ms: { type: 'integer', minimum: 0, maximum: DELAY_MS_MAX },
        duplicates: { type: 'string', enum: [...DUPLICATES] },
      },
    },
  })
  @Post()
  @HttpCode(200)
  change(@Body() body: unknown): Plain {
    const plain = plainOf(body);
    const wanted: Partial<Record<keyof BrokerFaultsConfig, unknown>> = {
      dropShare: numberOf(plain, 'drop_share', 1),
      repeatShare: numberOf(plain, 'repeat_share', 1),
      delayMs: numberOf(plain, 'delay_ms', DELAY_MS_MAX),
      duplicates:
        plain['duplicates'] === undefined ? undefined : oneOf(plain, 'duplicates', DUPLICATES),
    };
    const given = Object.entries(wanted).filter(([, value]) => value !== undefined);
    this.#faults.change(Object.fromEntries(given));
    return this.show();
  }
}

function numberOf(plain: Plain, name: string, max: number): number | undefined {
  const value = plain[name];
  if (value === undefined) return undefined;
  if (typeof value === 'number' && value >= 0 && value <= max) return value;
  throw invalid(name, `a number from 0 to ${max}`, value);
}
