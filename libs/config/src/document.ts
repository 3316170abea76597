/** YAML documents (strategies, limits, definitions): typed, or refused with the line of every problem. */
import { readFileSync, statSync } from 'node:fs';
import { type ErrorCode, Fault, isFault } from '@tickmesh/kernel';
import { LineCounter, type Node, parseDocument as parseYaml } from 'yaml';
import { type Problem, problem } from './problem.ts';
import type { Place, Shape } from './shape.ts';

export interface DocumentOptions<T> {
  readonly shape: Shape<T>;
  /** The code of the fault: LIMITS_INVALID, STRATEGY_INVALID; CONFIG_INVALID when left out. */
  readonly code?: ErrorCode;
}

/** A file of settings that is larger is a mistake. */
const DOCUMENT_BYTES_MAX = 1_048_576;

/**
 * @throws Fault of the given code whose `problems` name file, line, column and path of everything that
 * is wrong, an unreadable file included
 */
export function loadDocument<T>(path: string, options: DocumentOptions<T>): T {
  let text: string;
  try {
    if (statSync(path).size > DOCUMENT_BYTES_MAX) {
      throw refusal(path, options, [problem(path, `at most ${DOCUMENT_BYTES_MAX} bytes`)]);
    }
    text = readFileSync(path, 'utf8');
  } catch (thrown) {
    if (isFault(thrown)) throw thrown;
    throw refusal(path, options, [problem(path, 'a readable file')], thrown);
  }
  return parseDocument(path, text, options);
}

/**
 * As `loadDocument`, for a text that is already here.
 * @param name stands before the line in every problem
 */
export function parseDocument<T>(name: string, text: string, options: DocumentOptions<T>): T {
  const lines = new LineCounter();
  const document = parseYaml(text, { lineCounter: lines, strict: true, version: '1.2' });
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => {
      const [at] = error.linePos ?? [{ line: 1, col: 1 }];
      return problem(`${name}:${at.line}:${at.col}`, error.message.split('\n')[0] ?? error.code);
    });
    throw refusal(name, options, problems);
  }
  const problems: Problem[] = [];
  const root = place({ name, lines, problems }, document.contents, '', undefined);
  const value = options.shape.read(root);
  if (value === undefined || problems.length > 0) throw refusal(name, options, problems);
  return value;
}

interface Page {
  readonly name: string;
  readonly lines: LineCounter;
  readonly problems: Problem[];
}

/** @param above where to point when the node itself has no place: a key without a value */
function place(page: Page, node: Node | null, path: string, above: Node | undefined): Place {
  return {
    node,
    path,
    refuse: (rule, found) => {
      const offset = node?.range?.[0] ?? above?.range?.[0] ?? 0;
      const { line, col } = page.lines.linePos(offset);
      const where = `${page.name}:${line}:${col}`;
      page.problems.push(problem(path === '' ? where : `${where} ${path}`, rule, found));
    },
    child: (step, child) => {
      const dot = path === '' ? String(step) : `${path}.${step}`;
      return place(page, child, typeof step === 'number' ? `${path}[${step}]` : dot, node ?? above);
    },
  };
}

function refusal<T>(
  subject: string,
  options: DocumentOptions<T>,
  problems: readonly Problem[],
  cause?: unknown,
): Fault {
  return new Fault(options.code ?? 'CONFIG_INVALID', { subject, problems }, cause);
}
