/** A consumer to be killed: applies messages one line each on its standard output. */
import { setTimeout as sleep } from 'node:timers/promises';
import { connectBus } from '../bus.ts';
import type { BusConfig } from '../config.ts';
import { type OidcClient, oidcTokens } from '../oidc-tokens.ts';
import type { Assignment } from '../port.ts';

interface MemberOptions {
  readonly config: BusConfig;
  readonly groupId: string;
  readonly delayMs: number;
  readonly assignment?: Assignment;
  readonly oidc?: OidcClient;
}

const { config, groupId, delayMs, assignment, oidc } = JSON.parse(
  process.env['BUS_MEMBER'] ?? '',
) as MemberOptions;

const bus = connectBus(config, oidc === undefined ? {} : { tokens: oidcTokens(oidc) });
await bus
  .consumer({
    groupId,
    topics: ['store_events'],
    assignment: assignment ?? 'co-partitioned',
    ordering: 'partition',
    fallback: 'earliest',
    batchRecordsMax: 20,
    handle: async ({ deliveries }) => {
      await sleep(delayMs);
      const lines = deliveries.map(({ value }) => `${value.position}\n`).join('');
      await new Promise((resolve) => process.stdout.write(lines, resolve));
    },
  })
  .start();
