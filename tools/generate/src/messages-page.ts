import { describeRules, type RecordTypes } from '@tickmesh/contracts';
import { defaultLiteral } from './codecs.ts';
import type { Contracts, FieldShape, RecordShape, Shape } from './avro-shapes.ts';
import { code, pageHead, table } from './markdown.ts';
import type { TopicsFile } from './topics-file.ts';

/**
 * Every message: its fields with types, units and rules, and an example.
 * @param examples JSON text by file name, `Ticker.v1.json`; the last version of a record is shown
 */
export function renderMessagesPage(
  contracts: Contracts,
  topics: TopicsFile,
  examples: ReadonlyMap<string, string>,
): string {
  const place = (name: string): number => topics.topics.findIndex((topic) => topic.schema === name);
  const roots = [...contracts.roots.keys()].sort((a, b) => place(a) - place(b));
  return [
    pageHead('Messages', 'contracts/avro and the rules of libs/contracts'),
    INTRODUCTION,
    ...roots.map((name) => message(name, contracts, topics, examples)),
  ].join('\n');
}

const INTRODUCTION = `Every message is an Avro record on its topic, and has a JSON form for people and programs
(\`mesh publish\`, \`mesh tail\`). Who writes a message and who reads it hold it to the same rules; what breaks one
is refused by field, rule and value.

- **time**: microseconds in UTC; in JSON an RFC 3339 text with a zone, \`2024-08-09T07:00:00.123456Z\`. Digits beyond
  the microsecond are cut off.
- **decimal**: an exact number of up to 38 digits, 9 of them after the point; more digits than that are refused. In
  JSON a plain number, read from its text.
- **number**: a double; never NaN or infinite. **whole number**: within 2^53.
- **bytes**: in JSON base64. A price level is a pair \`[price, size]\` in JSON.
- A market event is flat in JSON: the fields of its body stand beside \`symbol\` and \`timestamp\`, and \`event_type\` says
  which body it is.
- In JSON \`event_type\` must be given; \`exchange\` may be left out where the symbol trades on one exchange only, and \`received_at\` where a feed
  has none. Unknown keys are ignored; a key that stands twice is refused. null is refused, except for the optional
  fields of ticks and OFI events. The window of an OFI event may be given in milliseconds.
- The JSON forms as JSON Schema, for other languages: [schemas](schemas). Rules across fields are not in them.
- The first symbol of every enum (UNKNOWN, UNSPECIFIED) only tells older readers of newer symbols apart. No message
  may carry it, so the tables leave it out.
`;

function message(
  name: string,
  contracts: Contracts,
  { topics }: TopicsFile,
  examples: ReadonlyMap<string, string>,
): string {
  const record = contracts.records.get(name) as RecordShape;
  const carried = topics.filter((topic) => topic.schema === name).map((topic) => code(topic.name));
  const example = [...examples].filter(([file]) => file.startsWith(`${name}.v`)).at(-1)?.[1] ?? '';
  return [
    `## ${name}\n`,
    `${record.doc} Topic: ${carried.join(', ')}.\n`,
    fieldTable(record, contracts),
    ...innerRecords(record, contracts).flatMap((inner) => [
      `### ${inner.name} of ${name}\n`,
      `${inner.doc}\n`,
      fieldTable(inner, contracts),
    ]),
    '<details><summary>Example</summary>\n',
    `\`\`\`json\n${example.trimEnd()}\n\`\`\`\n`,
    '</details>\n',
  ].join('\n');
}

function innerRecords(record: RecordShape, contracts: Contracts): RecordShape[] {
  const found = new Map<string, RecordShape>();
  for (const { shape } of record.fields) {
    const name = recordName(shape);
    const inner = name === undefined ? undefined : contracts.records.get(name);
    if (inner === undefined) continue;
    found.set(inner.name, inner);
    for (const deeper of innerRecords(inner, contracts)) found.set(deeper.name, deeper);
  }
  return [...found.values()];
}

function recordName(shape: Shape): string | undefined {
  if (shape.kind === 'nullable') return recordName(shape.inner);
  if (shape.kind === 'array') return recordName(shape.items);
  return shape.kind === 'record' ? shape.name : undefined;
}

function fieldTable(record: RecordShape, contracts: Contracts): string {
  const rules = describeRules(record.name as keyof RecordTypes);
  const rows = record.fields.map((field) => [
    code(field.name),
    typeText(field.shape, contracts),
    unitOf(field),
    presence(field),
    ruleText(field, rules.fields[field.name] ?? ''),
    field.doc,
  ]);
  const together = rules.together.map(
    ({ field, rule, writersOnly }) =>
      `- ${code(field)}: ${rule}${writersOnly ? ' (binds those who write)' : ''}`,
  );
  const list = together.length === 0 ? '' : `\nRules across fields:\n\n${together.join('\n')}\n`;
  return table(['field', 'type', 'unit', 'given', 'rule', 'what it is'], rows) + list;
}

function typeText(shape: Shape, contracts: Contracts): string {
  switch (shape.kind) {
    case 'nullable':
      return typeText(shape.inner, contracts);
    case 'array':
      return `list of ${typeText(shape.items, contracts)}`;
    case 'record':
      return shape.name;
    case 'enum':
      return 'word';
    case 'string':
      return 'text';
    case 'double':
      return 'number';
    case 'micros':
      return 'time';
    case 'boolean':
      return 'true or false';
    case 'int':
    case 'long':
    case 'bigint':
      return 'whole number';
    default:
      return shape.kind;
  }
}

const UNITS: readonly (readonly [RegExp, string])[] = [
  [/_ms$/, 'ms'],
  [/_ns$/, 'ns'],
  [/_micros$/, 'µs'],
  [/_bps$/, 'basis points'],
  [
    /^(bid|ask|last|open|high|low|close|price|strike)$|_price$|^price_step$|^notional_min$/,
    'quote currency',
  ],
  [/^(size|volume|quantity)$|_size$|_quantity$|^quantity_/, 'base units or contracts'],
  [/^commission$/, 'commission currency'],
];

/** The unit, by the names that contracts give their fields. */
function unitOf(field: FieldShape): string {
  const { shape } = field;
  const { kind } = shape.kind === 'nullable' ? shape.inner : shape;
  if (kind === 'micros') return 'µs, UTC';
  if (kind === 'string' || kind === 'enum' || kind === 'record' || kind === 'boolean') return '';
  return UNITS.find(([pattern]) => pattern.test(field.name))?.[1] ?? '';
}

function presence(field: FieldShape): string {
  if (field.defaultValue === undefined) return 'required';
  if (field.defaultValue === null) return 'optional';
  if (Array.isArray(field.defaultValue)) return 'empty by default';
  return `${code(defaultLiteral(field).replaceAll('"', '').replace(/n$/, ''))} by default`;
}

/** A record's own rules have a table of their own; patterns are shown as code. */
function ruleText(field: FieldShape, rule: string): string {
  if (recordName(field.shape) !== undefined) return 'see below';
  return rule.startsWith('^') ? code(rule) : rule;
}
