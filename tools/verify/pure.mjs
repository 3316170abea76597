/**
 * Every Pure text that the expression suite makes is accepted by Legend's own parser: the golden
 * expressions, the examples of the function table, its functions over fields, and random trees.
 * Needs Java 17 and Maven; Maven fetches the parser (42 MB) into .mesh/verify once.
 */
import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';

const NAME = 'Legend Pure';
const RANDOM_TREES = 400;
const SEED = 20_260_301;
/** Texts that are no Pure: were they accepted, the judge would be asleep. */
const BROKEN = ['$row.a +', '(1 + 2', "'open", 'if(true, |1, |)', '$row.a ^ 2'];

/**
 * @param {string} root folder of the repository
 * @param {(line: string) => void} log
 * @returns {Promise<{ name: string, ok: boolean, detail: string }[]>}
 */
export async function verify(root, log) {
  try {
    log('Legend Pure: fetching the parser');
    const classpath = await fetchParser(root);
    const texts = await pureTexts(root);
    log(`Legend Pure: parsing ${texts.length} expressions`);
    const verdicts = await parse(root, classpath, [...texts.map(({ text }) => text), ...BROKEN]);
    return [
      result('Legend parses every Pure text', refusals(texts, verdicts), `${texts.length} texts`),
      result(
        'Legend refuses what is no Pure',
        asleep(verdicts.slice(texts.length)),
        `${BROKEN.length} texts`,
      ),
    ];
  } catch (error) {
    return [
      { name: NAME, ok: false, detail: error instanceof Error ? error.message : String(error) },
    ];
  }
}

function result(name, problems, detail) {
  return problems.length === 0
    ? { name, ok: true, detail }
    : {
        name,
        ok: false,
        detail: `${problems.length} of ${detail}:\n${problems.slice(0, 20).join('\n')}`,
      };
}

function refusals(texts, verdicts) {
  return texts.flatMap(({ id, text }, i) =>
    verdicts[i] === 'ok' ? [] : [`${id}: ${verdicts[i]}\n  ${text}`],
  );
}

function asleep(verdicts) {
  return BROKEN.filter((_, i) => verdicts[i] === 'ok' || verdicts[i] === undefined);
}

async function fetchParser(root) {
  const folder = join(root, '.mesh', 'verify', 'pure');
  const file = join(folder, 'classpath.txt');
  mkdirSync(folder, { recursive: true });
  const args = [
    ...['-q', '-B', '-f', join(root, 'tools', 'verify', 'pure', 'pom.xml')],
    'org.apache.maven.plugins:maven-dependency-plugin:3.8.1:build-classpath',
    `-Dmdep.outputFile=${file}`,
    `-Dmaven.repo.local=${join(root, '.mesh', 'verify', 'maven')}`,
  ];
  await promisify(execFile)('mvn', args, { maxBuffer: 1e8 }).catch((error) => {
    throw new Error(needed(error, 'Maven', 'apt-get install maven'), { cause: error });
  });
  return readFileSync(file, 'utf8').trim();
}

/** The verdict on each text, in order. */
async function parse(root, classpath, texts) {
  const program = join(root, 'tools', 'verify', 'pure', 'ParsePure.java');
  const java = spawn('java', ['-cp', classpath, program], { stdio: ['pipe', 'pipe', 'pipe'] });
  let [out, err] = ['', ''];
  java.stdout.setEncoding('utf8').on('data', (chunk) => (out += chunk));
  java.stderr.setEncoding('utf8').on('data', (chunk) => (err += chunk));
  // A parser that ends early is told by its exit code.
  java.stdin.on('error', () => undefined);
  java.stdin.end(texts.map((text) => `${Buffer.from(text).toString('base64')}\n`).join(''));
  const code = await new Promise((resolve, reject) => {
    java.on('error', (error) =>
      reject(new Error(needed(error, 'Java 17', 'apt-get install openjdk-17-jdk-headless'))),
    );
    java.on('close', resolve);
  });
  if (code !== 0) throw new Error(`The parser ended with ${code}: ${err.slice(0, 2000)}`);
  return out.trimEnd().split('\n');
}

function needed(error, tool, cure) {
  return error.code === 'ENOENT'
    ? `${tool} is missing: ${cure}`
    : String(error.stderr ?? error.message).slice(0, 2000);
}

async function pureTexts(root) {
  const dist = join(root, 'libs', 'expr', 'dist');
  if (!existsSync(join(dist, 'index.js')))
    throw new Error('The packages are not built: npm run build');
  const load = (name) => import(pathToFileURL(join(dist, name)).href);
  const { fromJson, parse: parseText, Expression } = await load('index.js');
  const { FUNCTIONS } = await load('functions/table.js');
  const pure = (id, build) => {
    const text = textOf(build);
    return text === undefined ? [] : [{ id, text }];
  };
  return [
    ...goldenExpressions(root).flatMap(({ id, expr }) => pure(id, () => fromJson(expr))),
    ...FUNCTIONS.flatMap((row) => pure(`example of ${row.name}`, () => parseText(row.example[0]))),
    ...(await randomTrees(load, Expression)).flatMap((build, i) =>
      pure(`random tree ${i} of seed ${SEED}`, build),
    ),
  ];
}

/** Undefined for what is refused: no expression, or a function that Pure does not have. */
function textOf(build) {
  try {
    return build().toPure();
  } catch (error) {
    if (typeof error?.code === 'string' && error.code.startsWith('EXPR_')) return undefined;
    throw error;
  }
}

function goldenExpressions(root) {
  const file = join(root, 'tests', 'data', 'golden', 'expr.json');
  const bare = JSON.parse(readFileSync(file, 'utf8'), (_, value) =>
    typeof value?.$int === 'string' ? Number(value.$int) : value,
  );
  return bare.cases;
}

async function randomTrees(load, Expression) {
  const { default: fc } = await import('fast-check');
  const { exactTree, inexactCall, SCHEMA } = await load('random-tree.fixture.js');
  const { infer } = await load('infer.js');
  const { VALUE_TYPES } = await load('types.js');
  const tree = fc.oneof(...VALUE_TYPES.map((type) => exactTree(type, 4)), inexactCall(2));
  const nodes = fc.sample(tree, { seed: SEED, numRuns: RANDOM_TREES });
  return nodes.map((node) => () => new Expression(node, infer(node, SCHEMA), SCHEMA));
}
