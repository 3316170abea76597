/** The reference page of what the mesh says about itself, docs/reference/telemetry.md. */
import { ATTRIBUTES, EVENTS, METRICS, SPANS } from './names.ts';

export function renderTelemetryPage(): string {
  const named = ([name, says]: [string, string]): string => `| \`${name}\` | ${cell(says)} |`;
  return [
    '<!-- Generated from libs/telemetry by `npm run generate`; do not edit. -->',
    '# Telemetry',
    '',
    'Logs are JSON lines: `time`, `level`, `event`, `service`, then facts with units in their names. Metrics are at',
    '`/metrics` of each service. Traces go to `OTEL_EXPORTER_OTLP_ENDPOINT`; their context travels in the headers',
    '`traceparent` and `tracestate` of every message.',
    '',
    '## Log events',
    '',
    '| event | |',
    '| --- | --- |',
    ...Object.entries(EVENTS).map(named),
    '',
    '## Metrics',
    '',
    '| metric | type | labels | |',
    '| --- | --- | --- | --- |',
    ...Object.entries(METRICS).map(
      ([name, { type, labels, help }]) =>
        `| \`${name}\` | ${type} | ${labels.map((label) => `\`${label}\``).join(', ')} | ${cell(help)} |`,
    ),
    '',
    '## Spans',
    '',
    '| span | |',
    '| --- | --- |',
    ...Object.entries(SPANS).map(named),
    '',
    '## Attributes',
    '',
    '| attribute | |',
    '| --- | --- |',
    ...Object.entries(ATTRIBUTES).map(named),
    '',
  ].join('\n');
}

const cell = (text: string): string => text.replaceAll('|', '\\|');
