/**
 * `npm run bench [-- NAME...] [--json] [--update]`: runs the benches whose names contain a word given, all without
 * one; each figure beside its baseline, measured in the same run. `--update` writes the table into
 * bench/README.md; benches that were not run keep their rows there.
 */
import { readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startInfrastructure } from '@tickmesh/local';

const here = fileURLToPath(new URL('.', import.meta.url));
const flags = process.argv.slice(2).filter((word) => word.startsWith('--'));
const words = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const unknown = flags.filter((flag) => !['--json', '--update'].includes(flag));
if (unknown.length > 0) {
  process.stderr.write(`unknown: ${unknown.join(' ')}; known: --json --update\n`);
  process.exit(1);
}
const names = readdirSync(join(here, 'dist'))
  .filter((file) => file.endsWith('.bench.js'))
  .map((file) => file.replace('.bench.js', ''))
  .filter((name) => words.length === 0 || words.some((word) => name.includes(word)))
  .toSorted();
if (names.length === 0) {
  process.stderr.write(`no bench is named like ${words.join(' ')}\n`);
  process.exit(1);
}

/** Benches that read and write real parts. */
const NEEDS_PARTS = new Set(['bus', 'orders', 'expr-sql', 'store']);
const partsDir = join(here, '..', '.mesh', `bench-${process.pid}`);
let parts;
if (names.some((name) => NEEDS_PARTS.has(name))) {
  parts = await startInfrastructure({ dir: partsDir, isDurable: true });
  process.env.TICKMESH_TEST_KAFKA = parts.broker.address;
  process.env.TICKMESH_TEST_REGISTRY = parts.registry.url;
  process.env.TICKMESH_TEST_POSTGRES_URL = parts.postgres.url;
}

/** Rows with the bench that made them. */
const rows = [];
try {
  for (const name of names) {
    process.stderr.write(`${name} ...\n`);
    const { bench } = await import(`./dist/${name}.bench.js`);
    for (const row of await bench()) rows.push({ bench: name, ...row });
  }
} finally {
  await parts?.stop();
  rmSync(partsDir, { recursive: true, force: true });
}

const shown = (value) =>
  value >= 1000
    ? Math.round(value).toLocaleString('en-US')
    : Number(value.toPrecision(3)).toString();
const heads = ['bench', 'what', 'ours', 'baseline', 'ratio', 'aim', 'equal result'];
const cells = rows.map((row) => [
  row.bench,
  row.name,
  `${shown(row.ours)} ${row.unit}`,
  row.baselineName === '' ? '' : `${shown(row.baseline)} ${row.unit} (${row.baselineName})`,
  row.baselineName === '' ? '' : shown(row.ratio),
  row.aim,
  row.equal ? 'yes' : 'NO',
]);
const benchOf = (text) => text.split(' | ')[0].slice(2);
const line = (row) => `| ${row.join(' | ')} |`;
const tableOf = (lines) => [line(heads), line(heads.map(() => '---')), ...lines].join('\n');
const table = tableOf(cells.map(line));
process.stdout.write(flags.includes('--json') ? `${JSON.stringify(rows)}\n` : `${table}\n`);

if (flags.includes('--update')) {
  const file = join(here, 'README.md');
  const machine = `${cpus().length} x ${cpus()[0].model.trim()}, Node ${process.versions.node}`;
  const [before, written = ''] = readFileSync(file, 'utf8').split('<!-- table -->');
  // Benches that were not run keep their rows.
  const kept = written
    .split('\n')
    .filter((text) => text.startsWith('| ') && !text.startsWith('| bench |'))
    .filter((text) => !text.startsWith('| --- |') && !names.includes(benchOf(text)));
  const lines = [...kept, ...cells.map(line)];
  lines.sort((a, b) => (benchOf(a) < benchOf(b) ? -1 : Number(benchOf(a) > benchOf(b))));
  writeFileSync(file, `${before}<!-- table -->\n\nMeasured on ${machine}.\n\n${tableOf(lines)}\n`);
}
if (rows.some((row) => !row.equal)) process.exitCode = 1;
