import { Fault } from '@tickmesh/kernel';

/** `tokens` requests, or units of weight, per `perMicros`; all of them may go at once after a pause. */
export interface EndpointRate {
  readonly tokens: number;
  readonly perMicros: number;
}

/** A request that waits for its turn. */
export interface PacedRequest<Item> {
  readonly endpoint: string;
  readonly item: Item;
  /** Tokens it takes, at least 1. */
  readonly cost: number;
  /** Not granted after this time. */
  readonly deadlineMicros: number;
}

/** What `due` hands back: every request comes back once, granted or expired. */
export interface DueRequests<Item> {
  readonly granted: readonly Item[];
  readonly expired: readonly Item[];
}

/** Of one endpoint, for metrics. */
export interface PacingCounts {
  readonly waiting: number;
  readonly granted: number;
  readonly delayed: number;
  readonly expired: number;
  readonly refused: number;
  /** Share of the tokens that are in use, 0 to 1, at the last time told. */
  readonly usedShare: number;
}

/**
 * Token buckets that share out what a venue allows, one for each endpoint by name. A request goes at
 * once while there are tokens and nobody waits; else it waits in line, first come first served, until
 * its deadline. Nothing is dropped silently: what cannot wait is refused to its caller, and what
 * waited too long is handed back as expired. Time is passed in and may stand still.
 *
 * In any span of w microseconds at most tokens + tokens * w / perMicros are granted; whole numbers
 * throughout, so that the bound is exact.
 */
export class Pacer<Item> {
  readonly #buckets: ReadonlyMap<string, Bucket<Item>>;

  /**
   * @param rates by endpoint name
   * @param waitingMax requests that may wait at each endpoint
   * @throws Fault ARGUMENT_INVALID for a rate that is no positive whole number
   */
  constructor(rates: Readonly<Record<string, EndpointRate>>, waitingMax: number) {
    this.#buckets = new Map(
      Object.entries(rates).map(([name, rate]) => {
        for (const value of [rate.tokens, rate.perMicros]) {
          if (!Number.isSafeInteger(value) || value <= 0) {
            throw new Fault('ARGUMENT_INVALID', { expected: 'positive whole numbers', name, rate });
          }
        }
        return [name, new Bucket<Item>(rate, waitingMax)];
      }),
    );
  }

  /**
   * @returns `granted`: go now; `waiting`: `due` will hand it back; `refused`: the line is full
   * @throws Fault ARGUMENT_INVALID for an endpoint nobody declared, or a cost the bucket never holds
   */
  submit(request: PacedRequest<Item>, nowMicros: number): 'granted' | 'waiting' | 'refused' {
    return this.#bucket(request.endpoint).submit(request, nowMicros);
  }

  /** The requests whose turn has come, in the order they were submitted at each endpoint. */
  due(nowMicros: number): DueRequests<Item> {
    const granted: Item[] = [];
    const expired: Item[] = [];
    for (const bucket of this.#buckets.values()) bucket.due(nowMicros, granted, expired);
    return { granted, expired };
  }

  /** When `due` next has something to hand back; Infinity while nobody waits. */
  nextMicros(): number {
    let next = Infinity;
    for (const bucket of this.#buckets.values()) next = Math.min(next, bucket.nextMicros());
    return next;
  }

  /** @throws Fault ARGUMENT_INVALID for an endpoint nobody declared */
  counts(endpoint: string): PacingCounts {
    return this.#bucket(endpoint).counts();
  }

  #bucket(endpoint: string): Bucket<Item> {
    const bucket = this.#buckets.get(endpoint);
    if (bucket === undefined) {
      throw new Fault('ARGUMENT_INVALID', { expected: [...this.#buckets.keys()], endpoint });
    }
    return bucket;
  }
}

class Bucket<Item> {
  readonly #rate: EndpointRate;
  readonly #waitingMax: number;
  /** Credit is counted in tokens * perMicros, so that a microsecond adds the whole number `tokens`. */
  #credit: number;
  #atMicros = -Infinity;
  #waiting: PacedRequest<Item>[] = [];
  #granted = 0;
  #delayed = 0;
  #expired = 0;
  #refused = 0;

  constructor(rate: EndpointRate, waitingMax: number) {
    this.#rate = rate;
    this.#waitingMax = waitingMax;
    this.#credit = rate.tokens * rate.perMicros;
  }

  submit(request: PacedRequest<Item>, nowMicros: number): 'granted' | 'waiting' | 'refused' {
    const { cost } = request;
    if (!Number.isSafeInteger(cost) || cost < 1 || cost > this.#rate.tokens) {
      throw new Fault('ARGUMENT_INVALID', {
        expected: `a cost of 1 to ${this.#rate.tokens}`,
        cost,
      });
    }
    this.#refill(nowMicros);
    if (this.#waiting.length === 0 && this.#take(cost)) return 'granted';
    if (this.#waiting.length >= this.#waitingMax) {
      this.#refused += 1;
      return 'refused';
    }
    this.#waiting.push(request);
    this.#delayed += 1;
    return 'waiting';
  }

  due(nowMicros: number, granted: Item[], expired: Item[]): void {
    if (this.#waiting.length === 0) return;
    this.#refill(nowMicros);
    const still: PacedRequest<Item>[] = [];
    for (const request of this.#waiting) {
      if (nowMicros > request.deadlineMicros) {
        this.#expired += 1;
        expired.push(request.item);
      } else if (still.length === 0 && this.#take(request.cost)) granted.push(request.item);
      else still.push(request);
    }
    this.#waiting = still;
  }

  nextMicros(): number {
    const [first] = this.#waiting;
    if (first === undefined) return Infinity;
    const missing = first.cost * this.#rate.perMicros - this.#credit;
    let next = this.#atMicros + Math.max(0, Math.ceil(missing / this.#rate.tokens));
    for (const { deadlineMicros } of this.#waiting) next = Math.min(next, deadlineMicros + 1);
    return next;
  }

  counts(): PacingCounts {
    return {
      waiting: this.#waiting.length,
      granted: this.#granted,
      delayed: this.#delayed,
      expired: this.#expired,
      refused: this.#refused,
      usedShare: 1 - this.#credit / (this.#rate.tokens * this.#rate.perMicros),
    };
  }

  #take(cost: number): boolean {
    const price = cost * this.#rate.perMicros;
    if (this.#credit < price) return false;
    this.#credit -= price;
    this.#granted += 1;
    return true;
  }

  /** A clock that steps back adds nothing; the first time told starts with a full bucket. */
  #refill(nowMicros: number): void {
    if (nowMicros <= this.#atMicros) return;
    const { tokens, perMicros } = this.#rate;
    const elapsed = Math.min(perMicros, nowMicros - this.#atMicros);
    this.#credit = Math.min(tokens * perMicros, this.#credit + elapsed * tokens);
    this.#atMicros = nowMicros;
  }
}

/**
 * The pause before a further attempt: doubling from `baseMicros` up to `maxMicros`, of which a random
 * half is taken off, so that those who failed together do not come back together.
 * @param attempt 1 for the first pause
 * @param uniform in [0, 1)
 */
export function backoffMicros(
  attempt: number,
  baseMicros: number,
  maxMicros: number,
  uniform: number,
): number {
  const whole = Math.min(maxMicros, baseMicros * 2 ** Math.min(attempt - 1, 52));
  return Math.round(whole * (1 - uniform / 2));
}
