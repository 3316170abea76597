import { hostname } from 'node:os';
import { type DynamicModule, Module } from '@nestjs/common';
import { type Bus, SourceFilter } from '@tickmesh/bus';
import type { ConfigOf, strategyPlaneSchema } from '@tickmesh/config';
import { INSTRUMENTS } from '@tickmesh/contracts';
import { type StrategyDefinition, StrategyRunner } from '@tickmesh/domain-strategies';
import { type ServiceContext, groupIdOf, openBus, systemClock } from '@tickmesh/nest';
import { STRATEGY_TOPICS } from './app/ports.ts';
import { StrategyHost } from './app/strategy-host.ts';
import { busLogReader } from './edge/bus-log-reader.ts';
import { hostProbe } from './edge/host-probe.ts';
import { loadStrategies } from './edge/strategies-file.ts';

type StrategyPlaneConfig = ConfigOf<typeof strategyPlaneSchema>;

/** Records of one batch, at the most: small, because an intent leaves only at its end. */
const BATCH_RECORDS_MAX = 500;

/** The wiring of the strategy plane: one consumer group and one host for each configured strategy. */
@Module({})
export class StrategyPlaneModule {
  static open(config: StrategyPlaneConfig, context: ServiceContext): DynamicModule {
    const definitions = loadStrategies(config.strategies.file, INSTRUMENTS);
    context.logger.info('document.loaded', {
      path: config.strategies.file,
      strategies: definitions.map(({ id }) => id),
    });
    const { sessionTimeoutMs } = config.strategies;
    const kafka = {
      ...config.kafka,
      sessionTimeoutMs,
      heartbeatIntervalMs: Math.floor(sessionTimeoutMs / 6),
    };
    const bus = openBus(context, {
      kafka,
      registry: config.registry,
      publishes: ['order_intents', 'strategy_journal', 'strategy_checkpoints'],
    });
    for (const definition of definitions) openStrategy(definition, bus, config, context);
    return { module: StrategyPlaneModule };
  }
}

function openStrategy(
  definition: StrategyDefinition,
  bus: Bus,
  config: StrategyPlaneConfig,
  { lifecycle, logger, metrics, tracing }: ServiceContext,
): void {
  const host = new StrategyHost({
    publisher: bus.publisher,
    log: busLogReader(bus),
    makeRunner: () => new StrategyRunner(definition, INSTRUMENTS),
    makeFilter: (state) => new SourceFilter(state),
    member: `${hostname()}/${process.pid}`,
    probe: hostProbe({ logger, metrics, tracing, nowMicros: () => systemClock.nowMicros() }),
  });
  const consumer = bus.consumer({
    groupId: groupIdOf(config.kafka, `strategy-${definition.id}`),
    topics: [...STRATEGY_TOPICS],
    assignment: 'single-owner',
    ordering: 'all',
    fallback: 'latest',
    batchRecordsMax: BATCH_RECORDS_MAX,
    handle: (batch) => host.handle(batch),
    onAssigned: () => host.recover(),
    onRevoked: () => host.revoke(),
  });
  lifecycle.onStart(definition.id, () => consumer.start());
  lifecycle.onStop('consumers', definition.id, () => consumer.stop());
}
