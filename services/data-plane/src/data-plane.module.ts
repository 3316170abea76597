import { type DynamicModule, Module } from '@nestjs/common';
import { type ConfigOf, type dataPlaneSchema } from '@tickmesh/config';
import { INSTRUMENTS, InstrumentMaster } from '@tickmesh/contracts';
import { type ServiceContext, groupIdOf, openBus } from '@tickmesh/nest';
import { DataPlane } from './app/data-plane.ts';
import { readCheckpoints } from './edge/checkpoint-reader.ts';
import { marketProbe, watchClockSkew } from './edge/market-probe.ts';
import { systemClock } from './edge/system-clock.ts';

type DataPlaneConfig = ConfigOf<typeof dataPlaneSchema>;

/** Frames of one batch, at the most: what a crash makes the next owner do again. */
const BATCH_FRAMES_MAX = 2000;

/** The wiring of the data plane: the bus, the partitions, the consumer that feeds them. */
@Module({})
export class DataPlaneModule {
  static open(config: DataPlaneConfig, context: ServiceContext): DynamicModule {
    const { lifecycle, logger, metrics, tracing } = context;
    const bus = openBus(context, {
      kafka: config.kafka,
      registry: config.registry,
      publishes: [
        'ticks.v1.raw',
        'orderbook.v1.raw',
        'market_events',
        'ofi_events',
        'data_checkpoints',
      ],
    });
    const master = new InstrumentMaster(INSTRUMENTS);
    const plane = new DataPlane({
      publisher: bus.publisher,
      findInstrument: (symbol, exchange) => master.resolve(symbol, exchange),
      readCheckpoints: () => readCheckpoints(bus),
      probe: marketProbe({ logger, metrics, tracing, nowMicros: () => systemClock.nowMicros() }),
    });
    watchClockSkew(metrics, plane.partitions);
    const consumer = bus.consumer({
      groupId: groupIdOf(config.kafka, 'data-plane'),
      topics: ['market_raw'],
      assignment: 'co-partitioned',
      ordering: 'partition',
      fallback: 'earliest',
      batchRecordsMax: BATCH_FRAMES_MAX,
      handle: (batch) => plane.handle(batch),
      onAssigned: (partitions) => plane.assigned(partitions),
      onRevoked: (partitions) => plane.revoked(partitions),
    });
    lifecycle.onStart('consumer', () => consumer.start());
    lifecycle.onStop('consumers', 'data-plane', () => consumer.stop());
    return { module: DataPlaneModule };
  }
}
