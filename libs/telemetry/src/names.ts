/**
 * Every name that leaves the mesh in a log line, a metric or a trace, with a sentence each. Stable: a
 * dashboard, an alert or a person's search depends on them. A new one is one line here; the page
 * docs/reference/telemetry.md is generated from this file.
 *
 * Events are `noun.past_participle` and states a person would ask about. Metrics follow Prometheus:
 * base units, counters end in `_total`. Attributes follow OpenTelemetry's messaging conventions where
 * those have a word for it.
 */

export const EVENTS = {
  'service.starting': 'The process read its configuration and begins to open its parts.',
  'service.ready': 'Every part is open; the service takes work.',
  'service.stopping': 'A signal or a fault asked the service to stop; intake ends first.',
  'service.stopped': 'Everything is closed.',
  'service.stop_step_failed': 'One step of the shutdown failed; the others went on.',
  'service.stop_timed_out': 'The shutdown took longer than allowed; the process exits as it is.',
  'service.failed': 'The service cannot start or go on; the process exits with 1.',
  'config.loaded': 'The effective configuration, secrets masked.',
  'config.refused': 'The configuration has problems; each is listed.',
  'document.loaded': 'A configuration document was read and is in force.',
  'dependency.lost': 'A dependency stopped answering; work that needs it waits.',
  'dependency.recovered': 'A dependency answers again.',
  'request.answered': 'A call over HTTP or gRPC was answered.',
  'request.failed': 'A call over HTTP or gRPC ended in a fault.',
  'call.refused':
    'A call was refused before it was served: nobody signed in, or without the right.',
  'call.unlisted':
    'A service serves a call that the table of rights does not name: nobody may make it.',
  'issuer.token_granted': 'The development issuer signed a token.',
  'issuer.client_refused': 'A client of the development issuer is unknown, or gave a wrong secret.',
  'issuer.key_rotated': 'The development issuer signs with a new key.',
  'consumer.joined': 'The consumer joined its group.',
  'consumer.assigned': 'Partitions were given to this member.',
  'consumer.revoked': 'Partitions were taken from this member.',
  'consumer.waiting': 'A partition waits for a dependency that is down; nothing is lost.',
  'consumer.resumed': 'A partition goes on after a wait.',
  'consumer.restarting': 'The Kafka client gave up; the consumer joins anew after a pause.',
  'consumer.offset_reset':
    'The position was no longer in the log; the declared fallback was taken.',
  'consumer.failed': 'The consumer stopped with a fault that it does not recover from by itself.',
  'batch.retried': 'A batch failed for a passing reason and is tried again in place.',
  'record.dead_lettered':
    'A record went to its dead-letter queue; its offset is committed after it.',
  'record.replayed': 'A dead letter was sent back to the group that had failed on it.',
  'record.skipped': 'A record was not applied: seen before, or meant for another group.',
  'commit.refused': 'The broker refused a commit; the records are delivered again.',
  'publish.failed': 'The broker did not acknowledge a batch; its outcome is unknown.',
  'producer.renewed': 'A new idempotent producer took the place of the last.',
  'kafka.client': 'What the Kafka client says of itself.',
  'framework.warned': 'What the web framework says of itself.',
  'topic.created': 'A declared topic did not exist and was created.',
  'topic.differs': 'A topic differs from its declaration.',
  'schema.registered': 'A schema was registered for a subject.',
  'feed.connected': 'A connector is connected to its venue.',
  'feed.disconnected': 'A connector lost its venue; it reconnects with back-off.',
  'feed.paced': 'A request to the venue waits, so that the rate limit holds.',
  'book.snapshot_requested': 'A book asks the venue for a snapshot.',
  'book.snapshot_failed': 'The venue did not give the snapshot; it is asked again after a pause.',
  'book.live': 'A book is in step with the venue; what derives from it is good.',
  'book.gap_found': 'A book missed an update; what derives from it is not published as good.',
  'quality.rejected': 'A quality gate refused an event.',
  'checkpoint.saved': 'State and positions were saved together.',
  'checkpoint.restored': 'State and positions were read back after a start.',
  'strategy.started': 'A strategy instance is active.',
  'strategy.paused': 'A strategy goes on consuming and sends no intents until it is resumed.',
  'strategy.resumed': 'A strategy may send intents again.',
  'strategy.standing_by': 'Another instance of the strategy is active; this one waits.',
  'intent.published': 'A strategy asked for an order.',
  'intent.received': 'The order plane took an intent into its inbox.',
  'intent.expired': 'An intent was older than its deadline.',
  'risk.rejected': 'Pre-trade checks refused an intent; every failed check is listed.',
  'order.accepted': 'An intent passed the checks and became an order.',
  'order.sent': 'An order went to the broker.',
  'order.unknown': 'The answer of the broker was lost; the broker will be asked.',
  'order.resolved': 'The broker said what became of an unknown order.',
  'order.anomaly':
    'An order was told something that should not happen; it is recorded all the same.',
  'order.step_failed': 'A step of the order plane failed and will be tried again.',
  'fill.booked': 'A fill was booked.',
  'report.published': 'An execution report went out.',
  'lease.acquired': 'This instance owns the account and broker session now.',
  'lease.lost': 'Another instance owns the account and broker session now; this one sends nothing.',
  'broker.listening': 'The paper broker takes sessions of order planes.',
  'limits.loaded': 'A version of the risk limits is in force.',
  'limits.changed':
    'A version of the risk limits was taken, with who asked for it and who approved.',
  'limits.awaiting_approval': 'A change raises a limit and waits for a second person.',
  'trading.halted': 'A kill switch was thrown.',
  'trading.rearm_requested': 'Somebody wants a kill switch released; a second person must.',
  'trading.rearmed': 'A kill switch was released.',
  'migration.applied': 'A numbered SQL migration ran.',
  'store.part_made': 'A part of the log was made for a month to come.',
  'store.hook_failed': 'A hook of a transition failed; the transition stands.',
  'store.listener_failed':
    'A listener inside the process failed on a change; the others were told.',
  'store.relay_changed': 'This instance began or ceased to relay events to the topic.',
  'store.workflow_refused':
    'A workflow that a transition asked for can never start; a person must look.',
  'store.workflow_engine': 'What the workflow engine says of itself.',
  'store.step_failed': 'A step of the store failed and will be tried again.',
} as const satisfies Record<string, string>;

export type EventName = keyof typeof EVENTS;

interface MetricSpec {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds of a histogram, in the unit of its name. */
  readonly buckets?: readonly number[];
}

/** Seconds: 1 ms to 10 s, the bounds trading desks quote. */
const LATENCY_SECONDS = [
  0.001, 0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10,
] as const;
const BATCH_RECORDS = [1, 2, 5, 10, 25, 50, 100, 250, 500, 1000, 2500, 5000] as const;
const BASIS_POINTS = [-50, -20, -10, -5, -2, -1, 0, 1, 2, 5, 10, 20, 50] as const;

export const METRICS = {
  kafka_messages_published_total: {
    type: 'counter',
    help: 'Messages that the broker acknowledged.',
    labels: ['topic', 'type', 'exchange'],
  },
  kafka_delivery_errors_total: {
    type: 'counter',
    help: 'Messages that could not be delivered to the broker.',
    labels: ['topic'],
  },
  kafka_producer_queue_drops_total: {
    type: 'counter',
    help: 'Messages refused because the bounded send queue was full.',
    labels: ['topic'],
  },
  kafka_consumer_commits_total: {
    type: 'counter',
    help: 'Offset commits.',
    labels: ['topic'],
  },
  kafka_consumer_errors_total: {
    type: 'counter',
    help: 'Failed attempts to apply a record or a batch.',
    labels: ['topic'],
  },
  kafka_dlq_published_total: {
    type: 'counter',
    help: 'Records sent to a dead-letter queue.',
    labels: ['dlq_topic', 'source_topic', 'error_type'],
  },
  kafka_consumer_lag_records: {
    type: 'gauge',
    help: 'Records between the group and the end of the partition.',
    labels: ['group', 'topic', 'partition'],
  },
  kafka_consumer_batch_records: {
    type: 'histogram',
    help: 'Records in one applied batch.',
    labels: ['group'],
    buckets: BATCH_RECORDS,
  },
  kafka_producer_batch_records: {
    type: 'histogram',
    help: 'Records in one request to the broker.',
    labels: ['topic'],
    buckets: BATCH_RECORDS,
  },
  kafka_end_to_end_latency_seconds: {
    type: 'histogram',
    help: 'From the append to the topic until the effect is durable.',
    labels: ['group', 'topic'],
    buckets: LATENCY_SECONDS,
  },
  kafka_consumer_offset_resets_total: {
    type: 'counter',
    help: 'Positions that were no longer in the log, so that the declared fallback was taken.',
    labels: ['group', 'topic'],
  },
  kafka_consumer_paused_partitions: {
    type: 'gauge',
    help: 'Partitions that wait for a dependency or for room in a queue.',
    labels: ['group'],
  },
  data_frames_received_total: {
    type: 'counter',
    help: 'Frames as received from a venue.',
    labels: ['connector', 'exchange', 'symbol'],
  },
  data_ticks_received_total: {
    type: 'counter',
    help: 'Ticks published.',
    labels: ['exchange', 'symbol'],
  },
  data_bars_published_total: {
    type: 'counter',
    help: 'Bars published, revisions included.',
    labels: ['exchange', 'symbol', 'kind'],
  },
  data_ofi_events_generated_total: {
    type: 'counter',
    help: 'Order-flow imbalance events published.',
    labels: ['exchange', 'symbol', 'window'],
  },
  data_book_gaps_total: {
    type: 'counter',
    help: 'Missed updates of a book.',
    labels: ['exchange', 'symbol'],
  },
  data_book_live: {
    type: 'gauge',
    help: '1 while the book is in step with its venue, else 0.',
    labels: ['exchange', 'symbol'],
  },
  data_freshness_seconds: {
    type: 'histogram',
    help: 'From the time of the venue until we received it.',
    labels: ['exchange'],
    buckets: LATENCY_SECONDS,
  },
  data_latency_seconds: {
    type: 'histogram',
    help: 'From receiving a frame until its events were published.',
    labels: ['exchange'],
    buckets: LATENCY_SECONDS,
  },
  data_quality_rejects_total: {
    type: 'counter',
    help: 'Events refused or flagged by a quality gate.',
    labels: ['gate', 'reason'],
  },
  data_clock_skew_seconds: {
    type: 'gauge',
    help: 'Our receive clock less the time of the venue, smoothed.',
    labels: ['exchange'],
  },
  data_feed_reconnects_total: {
    type: 'counter',
    help: 'Reconnections to a venue.',
    labels: ['connector', 'reason'],
  },
  data_paced_requests_total: {
    type: 'counter',
    help: 'Requests that waited for a rate limit of the venue.',
    labels: ['connector', 'endpoint'],
  },
  strategy_events_total: {
    type: 'counter',
    help: 'Events that a strategy consumed.',
    labels: ['strategy', 'type'],
  },
  strategy_intents_total: {
    type: 'counter',
    help: 'Intents that a strategy published.',
    labels: ['strategy', 'action'],
  },
  strategy_active: {
    type: 'gauge',
    help: '1 while this instance of the strategy acts, 0 while it stands by.',
    labels: ['strategy'],
  },
  strategy_decision_latency_seconds: {
    type: 'histogram',
    help: 'From the receive time of the causing event until the intent was published.',
    labels: ['strategy'],
    buckets: LATENCY_SECONDS,
  },
  strategy_checkpoint_age_seconds: {
    type: 'gauge',
    help: 'Age of the last saved state and positions.',
    labels: ['strategy'],
  },
  orders_received_total: {
    type: 'counter',
    help: 'Intents taken into the inbox.',
    labels: ['strategy', 'action'],
  },
  orders_submitted_total: {
    type: 'counter',
    help: 'Orders sent to a broker.',
    labels: ['broker'],
  },
  orders_filled_total: {
    type: 'counter',
    help: 'Fills booked.',
    labels: ['broker', 'symbol'],
  },
  orders_rejected_total: {
    type: 'counter',
    help: 'Orders that the broker refused.',
    labels: ['broker'],
  },
  orders_risk_rejections_total: {
    type: 'counter',
    help: 'Failed pre-trade checks.',
    labels: ['check'],
  },
  orders_unknown: {
    type: 'gauge',
    help: 'Orders whose state at the broker is not known.',
    labels: ['broker'],
  },
  orders_open: {
    type: 'gauge',
    help: 'Orders that can still be filled.',
    labels: ['account'],
  },
  orders_intent_to_submit_latency_seconds: {
    type: 'histogram',
    help: 'From the time of the intent until the order was sent.',
    labels: ['broker'],
    buckets: LATENCY_SECONDS,
  },
  orders_submit_to_ack_latency_seconds: {
    type: 'histogram',
    help: 'From sending an order until the broker acknowledged it.',
    labels: ['broker'],
    buckets: LATENCY_SECONDS,
  },
  orders_ack_to_fill_latency_seconds: {
    type: 'histogram',
    help: 'From the acknowledgement until the first fill.',
    labels: ['broker'],
    buckets: LATENCY_SECONDS,
  },
  orders_event_to_report_latency_seconds: {
    type: 'histogram',
    help: 'From the event that an intent answers, by its own time, until the report that the order was sent.',
    labels: ['mode'],
    buckets: LATENCY_SECONDS,
  },
  orders_slippage_basis_points: {
    type: 'histogram',
    help: 'Fill price against the arrival mid; positive is a cost.',
    labels: ['broker'],
    buckets: BASIS_POINTS,
  },
  orders_outbox_rows: {
    type: 'gauge',
    help: 'Reports that are committed and not yet published.',
    labels: [],
  },
  trading_halted: {
    type: 'gauge',
    help: '1 while a kill switch of the scope is thrown.',
    labels: ['scope'],
  },
  dependency_up: {
    type: 'gauge',
    help: '1 while the dependency answers, else 0.',
    labels: ['dependency'],
  },
  http_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to answer an HTTP request.',
    labels: ['method', 'route', 'status'],
    buckets: LATENCY_SECONDS,
  },
  grpc_request_duration_seconds: {
    type: 'histogram',
    help: 'Time to answer a gRPC call.',
    labels: ['method', 'status'],
    buckets: LATENCY_SECONDS,
  },
  calls_refused_total: {
    type: 'counter',
    help: 'Calls refused before they were served: not signed in, without the right, or too many.',
    labels: ['transport', 'code'],
  },
  log_lines_total: {
    type: 'counter',
    help: 'Log lines written.',
    labels: ['level'],
  },
} as const satisfies Record<string, MetricSpec>;

export type MetricName = keyof typeof METRICS;
export type MetricsOfType<T extends MetricSpec['type']> = {
  [N in MetricName]: (typeof METRICS)[N]['type'] extends T ? N : never;
}[MetricName];
/** The labels of a metric: each named, none left out. */
export type LabelsOf<N extends MetricName> = Readonly<
  Record<(typeof METRICS)[N]['labels'][number], string>
>;

export const SPANS = {
  'frame.publish': 'A venue frame is put on market_raw.',
  'batch.process': 'A consumer applies a batch; links lead to the messages in it.',
  'market.derive': 'Market events are derived from one frame.',
  'strategy.decide': 'A strategy consumes one event.',
  'order.decide': 'The order plane decides on one intent.',
  'order.send': 'An order goes to the broker.',
  'report.publish': 'An execution report is published.',
  'http.request': 'An HTTP request is answered.',
  'grpc.request': 'A gRPC call is answered.',
} as const satisfies Record<string, string>;

export type SpanName = keyof typeof SPANS;

export const ATTRIBUTES = {
  'messaging.system': 'Always `kafka`.',
  'messaging.destination.name': 'Topic.',
  'messaging.destination.partition.id': 'Partition.',
  'messaging.kafka.offset': 'Offset of the record.',
  'messaging.consumer.group.name': 'Consumer group.',
  'messaging.batch.message_count': 'Records in the batch.',
  'error.type': 'Code of the fault.',
  'http.request.method': 'HTTP method.',
  'http.route': 'Route as declared, never the path as sent.',
  'http.response.status_code': 'HTTP status.',
  'rpc.method': 'Service and method of a gRPC call.',
  'rpc.response.status_code': 'Canonical gRPC status name.',
  'tickmesh.event_id': 'Identity of the message.',
  'tickmesh.correlation_id': 'Identity of the first message of the chain.',
  'tickmesh.run_id': 'Run: live, or one replay.',
  'tickmesh.symbol': 'Symbol of the market.',
  'tickmesh.exchange': 'Exchange of the market.',
  'tickmesh.strategy_id': 'Strategy.',
  'tickmesh.intent_id': 'Intent.',
  'tickmesh.order_id': 'Order.',
  'tickmesh.account': 'Account.',
} as const satisfies Record<string, string>;

export type AttributeName = keyof typeof ATTRIBUTES;
