/**
 * The text of an expression, by precedence climbing. From loosest to tightest: or, and, not,
 * comparisons (which do not chain), + -, * / %, unary minus, ** (to the right).
 */
import { Fault, isFault } from '@tickmesh/kernel';
import { functionCalled, FUNCTIONS } from './functions/table.ts';
import { inferAt, TypeProblem, type Typing } from './infer.ts';
import { lineAndColumn, RESERVED, syntaxFault, tokenize, type Token } from './lexer.ts';
import { callNode, constant, fieldNode, type Node } from './node.ts';
import { LIMITS, type Schema } from './types.ts';

const COMPARISONS: Readonly<Record<string, string>> = {
  '==': 'eq',
  '=': 'eq',
  '!=': 'ne',
  '<>': 'ne',
  '<': 'lt',
  '<=': 'le',
  '>': 'gt',
  '>=': 'ge',
};
const SUMS: Readonly<Record<string, string>> = { '+': 'add', '-': 'subtract' };
const PRODUCTS: Readonly<Record<string, string>> = {
  '*': 'multiply',
  '/': 'divide',
  '%': 'modulo',
};

export interface Parsed {
  readonly node: Node;
  readonly typing: Typing;
}

/** @throws Fault EXPR_SYNTAX, EXPR_TYPE, EXPR_FIELD or EXPR_LIMIT, with the `position` in the text */
export function parseText(text: string, schema?: Schema): Parsed {
  const parser = new Parser(text);
  const node = parser.whole();
  return check(text, parser.places, node, schema);
}

/**
 * A definition, `notional = price * quantity`.
 * @throws as parseText
 */
export function parseDefinitionText(
  text: string,
  schema?: Schema,
): Parsed & { readonly name: string } {
  const parser = new Parser(text);
  const name = parser.definedName();
  const node = parser.whole();
  return { name, ...check(text, parser.places, node, schema) };
}

type Places = ReadonlyMap<Node, number>;

function check(text: string, places: Places, node: Node, schema: Schema | undefined): Parsed {
  const typing = inferAt(node, schema);
  if (!(typing instanceof TypeProblem)) return { node, typing };
  const position = places.get(typing.node) ?? 0;
  throw typing.fault({ position, ...lineAndColumn(text, position) });
}

class Parser {
  readonly #text: string;
  readonly #tokens: readonly Token[];
  readonly #places = new Map<Node, number>();
  #at = 0;
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
    this.#tokens = tokenize(text);
  }

  /** Where each node is: its operator or its first character. */
  get places(): Places {
    return this.#places;
  }

  whole(): Node {
    const node = this.#disjunction();
    const token = this.#peek();
    if (token.kind !== 'end') throw this.#unexpected('an operator or the end', token);
    return node;
  }

  definedName(): string {
    const token = this.#next();
    if (token.kind !== 'name' || (!token.quoted && RESERVED.has(token.value))) {
      throw this.#unexpected('a name to define', token);
    }
    this.#expect('=');
    return token.value;
  }

  #disjunction(): Node {
    return this.#leftward(['or', '||'], 'or', () => this.#conjunction());
  }

  #conjunction(): Node {
    return this.#leftward(['and', '&&'], 'and', () => this.#negation());
  }

  #leftward(operators: readonly string[], name: string, operand: () => Node): Node {
    let left = operand();
    for (let token = this.#peek(); this.#isOperator(token, operators); token = this.#peek()) {
      this.#at++;
      left = this.#call(name, [left, operand()], token.start);
    }
    return left;
  }

  #negation(): Node {
    const token = this.#peek();
    if (!this.#isOperator(token, ['not', '!'])) return this.#comparison();
    this.#at++;
    return this.#nested(() => this.#call('not', [this.#negation()], token.start));
  }

  #comparison(): Node {
    const left = this.#sum();
    const node = this.#comparisonWith(left);
    const token = this.#peek();
    if (node !== left && token.kind === 'symbol' && Object.hasOwn(COMPARISONS, token.value)) {
      throw this.#unexpected('and, or or the end: comparisons do not chain', token);
    }
    return node;
  }

  #comparisonWith(left: Node): Node {
    const token = this.#peek();
    if (token.kind === 'symbol' && Object.hasOwn(COMPARISONS, token.value)) {
      this.#at++;
      return this.#call(COMPARISONS[token.value] ?? '', [left, this.#sum()], token.start);
    }
    if (token.kind !== 'name' || token.quoted) return left;
    if (token.value === 'is') return this.#nullTest(left, token.start);
    const negated = token.value === 'not';
    const word = negated ? this.#peek(1) : token;
    if (word.kind !== 'name' || word.quoted) return left;
    if (!['in', 'between', 'like'].includes(word.value)) return left;
    this.#at += negated ? 2 : 1;
    const node = this.#call(word.value, [left, ...this.#operandsOf(word.value)], word.start);
    return negated ? this.#call('not', [node], token.start) : node;
  }

  #operandsOf(word: string): readonly Node[] {
    if (word === 'like') return [this.#sum()];
    if (word === 'in') {
      this.#expect('(');
      return this.#arguments();
    }
    const low = this.#sum();
    const token = this.#next();
    if (!this.#isOperator(token, ['and', '&&'])) throw this.#unexpected('and', token);
    return [low, this.#sum()];
  }

  /** `is null`, `is not null`. */
  #nullTest(left: Node, start: number): Node {
    this.#at++;
    const negated = this.#isOperator(this.#peek(), ['not']);
    if (negated) this.#at++;
    const token = this.#next();
    if (token.kind !== 'name' || token.value !== 'null') throw this.#unexpected('null', token);
    const node = this.#call('isnull', [left], start);
    return negated ? this.#call('not', [node], start) : node;
  }

  #sum(): Node {
    return this.#binary(SUMS, () => this.#product());
  }

  #product(): Node {
    return this.#binary(PRODUCTS, () => this.#unary());
  }

  #binary(operators: Readonly<Record<string, string>>, operand: () => Node): Node {
    let left = operand();
    for (;;) {
      const token = this.#peek();
      if (token.kind !== 'symbol' || !Object.hasOwn(operators, token.value)) return left;
      this.#at++;
      left = this.#call(operators[token.value] ?? '', [left, operand()], token.start);
    }
  }

  /** Minus binds looser than a power: -2 ** 2 is -4. Before a literal it makes a negative literal. */
  #unary(): Node {
    const token = this.#peek();
    if (token.kind !== 'symbol' || token.value !== '-') return this.#power();
    this.#at++;
    const literal = this.#peek();
    const operand = this.#nested(() => this.#unary());
    const isLiteral = literal.kind === 'number' || literal.kind === 'duration';
    if (
      isLiteral &&
      operand.kind === 'constant' &&
      typeof operand.value === 'number' &&
      literal.end === this.#end()
    ) {
      return this.#placed(constant(-operand.value, operand.unit), token.start);
    }
    return this.#call('negate', [operand], token.start);
  }

  #power(): Node {
    const base = this.#primary();
    const token = this.#peek();
    if (token.kind !== 'symbol' || (token.value !== '**' && token.value !== '^')) return base;
    this.#at++;
    const exponent = this.#nested(() => this.#unary());
    return this.#call('power', [base, exponent], token.start);
  }

  #primary(): Node {
    const token = this.#next();
    switch (token.kind) {
      case 'number':
        if (!Number.isFinite(token.value)) throw this.#unexpected('a number below 1.8e308', token);
        return this.#placed(constant(token.value), token.start);
      case 'string':
        return this.#placed(
          this.#at0(token, () => constant(token.value)),
          token.start,
        );
      case 'duration':
      case 'timestamp':
        return this.#placed(constant(token.value, token.kind), token.start);
      case 'name':
        return this.#name(token);
      case 'symbol':
        if (token.value === '(') return this.#bracketed();
        throw this.#unexpected(OPERAND, token);
      case 'end':
        throw this.#unexpected(OPERAND, token);
    }
  }

  #bracketed(): Node {
    const node = this.#nested(() => this.#disjunction());
    this.#expect(')');
    return node;
  }

  #name(token: Token & { readonly kind: 'name' }): Node {
    const after = this.#peek();
    const isCall = !token.quoted && after.kind === 'symbol' && after.value === '(';
    if (isCall && functionCalled(token.value) !== undefined) return this.#functionCall(token);
    if (!token.quoted && Object.hasOwn(CONSTANTS, token.value)) {
      return this.#placed(constant(CONSTANTS[token.value] ?? null), token.start);
    }
    if (!token.quoted && RESERVED.has(token.value)) throw this.#unexpected(OPERAND, token);
    if (isCall) throw this.#unexpected(functionHint(token.value), token);
    return this.#placed(
      this.#at0(token, () => fieldNode(token.value)),
      token.start,
    );
  }

  #functionCall(token: Token & { readonly kind: 'name' }): Node {
    this.#at++;
    const args = this.#arguments();
    const name = functionCalled(token.value)?.name ?? token.value;
    return this.#call(name, args, token.start);
  }

  /** After the opening bracket, to the closing one. */
  #arguments(): readonly Node[] {
    const args: Node[] = [];
    const first = this.#peek();
    if (first.kind === 'symbol' && first.value === ')') {
      this.#at++;
      return args;
    }
    for (;;) {
      args.push(this.#nested(() => this.#disjunction()));
      const token = this.#next();
      if (token.kind === 'symbol' && token.value === ')') return args;
      if (token.kind !== 'symbol' || token.value !== ',') throw this.#unexpected(', or )', token);
    }
  }

  #call(name: string, args: readonly Node[], start: number): Node {
    return this.#placed(
      this.#at0({ start }, () => callNode(name, args)),
      start,
    );
  }

  /** Adds the place to what the making of a node refuses. */
  #at0(place: { readonly start: number }, make: () => Node): Node {
    try {
      return make();
    } catch (thrown) {
      if (!isFault(thrown)) throw thrown;
      const position = place.start;
      const details = { ...thrown.details, position, ...lineAndColumn(this.#text, position) };
      throw new Fault(thrown.code, details, thrown);
    }
  }

  /** Bounds the recursion of brackets and prefixes, which need not make nodes. */
  #nested(read: () => Node): Node {
    if (++this.#depth > LIMITS.depth) {
      const position = this.#peek().start;
      throw new Fault('EXPR_LIMIT', {
        limit: 'depth',
        most: LIMITS.depth,
        position,
        ...lineAndColumn(this.#text, position),
      });
    }
    const node = read();
    this.#depth--;
    return node;
  }

  #placed(node: Node, start: number): Node {
    this.#places.set(node, start);
    return node;
  }

  #isOperator(token: Token, spellings: readonly string[]): boolean {
    if (token.kind !== 'symbol' && token.kind !== 'name') return false;
    return !(token.kind === 'name' && token.quoted) && spellings.includes(token.value);
  }

  #peek(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] ?? END;
  }

  #next(): Token {
    const token = this.#peek();
    this.#at++;
    return token;
  }

  /** Where the last token that was read ends. */
  #end(): number {
    return this.#tokens[this.#at - 1]?.end ?? 0;
  }

  #expect(symbol: string): void {
    const token = this.#next();
    if (token.kind !== 'symbol' || token.value !== symbol) throw this.#unexpected(symbol, token);
  }

  #unexpected(expected: string, token: Token): Fault {
    const found = token.kind === 'end' ? undefined : this.#text.slice(token.start, token.end);
    return syntaxFault(this.#text, token.start, expected, found?.slice(0, 40));
  }
}

const END: Token = { kind: 'end', start: 0, end: 0 };
const OPERAND = 'a value, a field, a function or (';
const CONSTANTS: Readonly<Record<string, boolean | null>> = {
  true: true,
  false: false,
  null: null,
};

/** Names the functions that were probably meant. */
function functionHint(name: string): string {
  const names = FUNCTIONS.flatMap((row) => [row.name, ...(row.aliases ?? [])]);
  const near = names.filter((one) => one.startsWith(name.slice(0, 2).toLowerCase()));
  return near.length === 0 ? 'the name of a function' : `a function, such as ${near.join(', ')}`;
}
