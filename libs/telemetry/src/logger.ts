import { faultOf } from '@tickmesh/kernel';
import { boundedFields, escapeLine } from './log-fields.ts';
import type { EventName } from './names.ts';

/** One JSON object a line: a stable event name and facts with units in their names. */
export interface Logger {
  debug(event: EventName, fields?: LogFields): void;
  info(event: EventName, fields?: LogFields): void;
  warn(event: EventName, fields?: LogFields): void;
  error(event: EventName, fields?: LogFields): void;
  fatal(event: EventName, fields?: LogFields): void;
  /** Logs what was thrown with its code, details and causes, at the level its kind declares. */
  fault(event: EventName, thrown: unknown, fields?: LogFields): void;
  /** The same log with facts that every line carries: topic, partition, correlation_id. */
  with(fields: LogFields): Logger;
  isEnabled(level: LogLevel): boolean;
}

export type LogFields = Readonly<Record<string, unknown>>;

export const LOG_LEVELS = ['debug', 'info', 'warn', 'error', 'fatal'] as const;
export type LogLevel = (typeof LOG_LEVELS)[number];

export interface LoggerOptions {
  readonly service: string;
  readonly level: LogLevel;
  /** Takes one line with its newline; standard output when left out. */
  readonly write?: (line: string) => void;
  /** Milliseconds since the epoch. */
  readonly nowMs?: () => number;
  /** trace_id and span_id of where the code runs now, if it runs in a span. */
  readonly traceContext?: () => LogFields | undefined;
  /** Told of every line that is written, for the metric. */
  readonly onLine?: (level: LogLevel) => void;
}

export function createLogger(options: LoggerOptions): Logger {
  const sink: Sink = {
    service: options.service,
    threshold: LOG_LEVELS.indexOf(options.level),
    write: options.write ?? ((line) => void process.stdout.write(line)),
    nowMs: options.nowMs ?? Date.now,
    traceContext: options.traceContext ?? (() => undefined),
    onLine: options.onLine ?? (() => undefined),
  };
  return new LineLogger(sink, {});
}

type Sink = Required<Omit<LoggerOptions, 'level'>> & { readonly threshold: number };

class LineLogger implements Logger {
  readonly #sink: Sink;
  readonly #fields: LogFields;

  constructor(sink: Sink, fields: LogFields) {
    this.#sink = sink;
    this.#fields = fields;
  }

  debug(event: EventName, fields?: LogFields): void {
    this.#line('debug', event, fields);
  }
  info(event: EventName, fields?: LogFields): void {
    this.#line('info', event, fields);
  }
  warn(event: EventName, fields?: LogFields): void {
    this.#line('warn', event, fields);
  }
  error(event: EventName, fields?: LogFields): void {
    this.#line('error', event, fields);
  }
  fatal(event: EventName, fields?: LogFields): void {
    this.#line('fatal', event, fields);
  }

  fault(event: EventName, thrown: unknown, fields: LogFields = {}): void {
    const fault = faultOf(thrown);
    this.#line(fault.reaction.log, event, { ...fields, fault });
  }

  with(fields: LogFields): Logger {
    return new LineLogger(this.#sink, { ...this.#fields, ...fields });
  }

  isEnabled(level: LogLevel): boolean {
    return LOG_LEVELS.indexOf(level) >= this.#sink.threshold;
  }

  #line(level: LogLevel, event: EventName, fields: LogFields = {}): void {
    if (!this.isEnabled(level)) return;
    const sink = this.#sink;
    const head = {
      time: new Date(sink.nowMs()).toISOString(),
      level,
      event,
      service: sink.service,
    };
    const facts = boundedFields({ ...sink.traceContext(), ...this.#fields, ...fields });
    sink.write(`${escapeLine(JSON.stringify({ ...head, ...facts, ...head }))}\n`);
    sink.onLine(level);
  }
}

/** Writes nothing: for tests and for parts used outside a service. */
export const SILENT_LOGGER: Logger = createLogger({
  service: 'none',
  level: 'fatal',
  write: () => undefined,
});
