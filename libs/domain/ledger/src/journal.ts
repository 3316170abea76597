/**
 * The fills of one account in one market and the position that they give. Realized profit depends on the order of
 * the fills, so they are booked in canonical order (venue time, then execution id), and a fill that comes late,
 * is restated or is taken back makes the position be booked anew: the live number may be revised, and `revision`
 * says so.
 */
import {
  type Closing,
  type ContractTerms,
  type CostMethod,
  FLAT,
  type LedgerFill,
  type Position,
  applyFill,
  applyFillFifo,
} from './position.ts';

export class PositionJournal {
  readonly terms: ContractTerms;
  readonly method: CostMethod;
  #fills: LedgerFill[] = [];
  #position: Position = FLAT;
  #closings: Closing[] = [];
  #revision = 0;

  constructor(terms: ContractTerms, method: CostMethod) {
    this.terms = terms;
    this.method = method;
  }

  get position(): Position {
    return this.#position;
  }

  /** Trade report, under first in, first out. */
  get closings(): readonly Closing[] {
    return this.#closings;
  }

  get fills(): readonly LedgerFill[] {
    return this.#fills;
  }

  /** How often earlier results were revised. */
  get revision(): number {
    return this.#revision;
  }

  /** Books a fill; one that is not the latest makes the journal book anew from it on. */
  add(fill: LedgerFill): void {
    const last = this.#fills.at(-1);
    this.#fills.push(fill);
    if (last === undefined || compareFills(last, fill) <= 0) {
      this.#book(fill);
      return;
    }
    this.#rebook();
  }

  /** States all the fills of one order anew: corrections, busts and inferred fills come this way. */
  restate(orderId: string, fills: readonly LedgerFill[]): void {
    const others = this.#fills.filter((fill) => fill.orderId !== orderId);
    const held = this.#fills.filter((fill) => fill.orderId === orderId);
    if (startsWith(fills, held)) {
      for (const fill of fills.slice(held.length)) this.add(fill);
      return;
    }
    this.#fills = [...others, ...fills];
    this.#rebook();
  }

  #rebook(): void {
    this.#fills.sort(compareFills);
    this.#position = FLAT;
    this.#closings = [];
    this.#revision++;
    for (const fill of this.#fills) this.#book(fill);
  }

  #book(fill: LedgerFill): void {
    if (this.method === 'average') {
      this.#position = applyFill(this.#position, fill, this.terms);
      return;
    }
    const booked = applyFillFifo(this.#position, fill, this.terms);
    this.#position = booked.position;
    this.#closings.push(...booked.closings);
  }
}

/** The position that a set of fills gives, whatever their order here. */
export function positionOf(
  fills: Iterable<LedgerFill>,
  terms: ContractTerms,
  method: CostMethod = 'average',
): Position {
  let position = FLAT;
  for (const fill of [...fills].sort(compareFills)) {
    position =
      method === 'average'
        ? applyFill(position, fill, terms)
        : applyFillFifo(position, fill, terms).position;
  }
  return position;
}

/** Canonical order: venue time, then execution id by code unit. */
export function compareFills(a: LedgerFill, b: LedgerFill): number {
  if (a.atMicros !== b.atMicros) return a.atMicros - b.atMicros;
  if (a.executionId === b.executionId) return 0;
  return a.executionId < b.executionId ? -1 : 1;
}

function startsWith(fills: readonly LedgerFill[], prefix: readonly LedgerFill[]): boolean {
  return prefix.every((held, i) => {
    const fill = fills[i];
    return (
      fill?.executionId === held.executionId &&
      fill.signedQuantity === held.signedQuantity &&
      fill.price === held.price &&
      fill.atMicros === held.atMicros
    );
  });
}
