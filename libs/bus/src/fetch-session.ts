/**
 * What a consumer has told a broker of what it wants, so that a fetch says only what is new (KIP-227, incremental fetch
 * requests). The broker keeps the partitions of a session with their positions, and answers with those alone that have
 * something to tell.
 *
 * A session counts its requests. Whatever breaks the count (an answer that did not come, a broker that restarted or
 * forgot it) ends it: the next request says everything again and asks for a new one.
 */

export interface WantedPartition {
  readonly partition: number;
  readonly fetchOffset: string;
  readonly maxBytes: number;
}

/** Topics by name, each once, with the partitions that a fetch is to cover. */
export type WantedTopics = readonly {
  readonly topic: string;
  readonly partitions: readonly WantedPartition[];
}[];

/** The part of a fetch request that speaks of its session. */
export interface SessionRequest {
  /** 0: none yet. */
  readonly sessionId: number;
  /** 0 asks for a new session; from then on it counts. */
  readonly sessionEpoch: number;
  /** What is new to the session, or has another position. */
  readonly topics: WantedTopics;
  readonly forgottenTopics: readonly {
    readonly topic: string;
    readonly partitions: readonly number[];
  }[];
}

const EPOCH_MAX = 0x7fff_ffff;

/** Epochs are positive 32-bit numbers; behind the last comes 1, because 0 asks for a new session. */
export const epochAfter = (epoch: number): number => (epoch === EPOCH_MAX ? 1 : epoch + 1);

export class FetchSession {
  #id = 0;
  #epoch = 0;
  /** Position and size as told, by partition, by topic. */
  #told = new Map<string, Map<number, string>>();

  /** The next request, of everything that is wanted now; `answered` or `end` must follow before another. */
  next(wanted: WantedTopics): SessionRequest {
    if (this.#id === 0) this.#told = new Map();
    const forgottenTopics = this.#forget(wanted);
    const topics = wanted
      .map(({ topic, partitions }) => ({ topic, partitions: this.#tell(topic, partitions) }))
      .filter(({ partitions }) => partitions.length > 0);
    return { sessionId: this.#id, sessionEpoch: this.#epoch, topics, forgottenTopics };
  }

  /** The broker answered; id 0: it keeps no session for us. */
  answered(sessionId: number): void {
    this.#id = sessionId;
    this.#epoch = sessionId === 0 ? 0 : epochAfter(this.#epoch);
  }

  /** The next request starts anew. */
  end(): void {
    this.#id = 0;
    this.#epoch = 0;
  }

  #tell(topic: string, wanted: readonly WantedPartition[]): readonly WantedPartition[] {
    let told = this.#told.get(topic);
    if (told === undefined) this.#told.set(topic, (told = new Map<number, string>()));
    const known = told;
    return wanted.filter(({ partition, fetchOffset, maxBytes }) => {
      const position = `${fetchOffset}/${maxBytes}`;
      if (known.get(partition) === position) return false;
      known.set(partition, position);
      return true;
    });
  }

  #forget(wanted: WantedTopics): SessionRequest['forgottenTopics'] {
    const forgotten: { topic: string; partitions: number[] }[] = [];
    for (const [topic, told] of this.#told) {
      const still = wanted.find((one) => one.topic === topic)?.partitions ?? [];
      const gone = [...told.keys()].filter(
        (partition) => !still.some((one) => one.partition === partition),
      );
      for (const partition of gone) told.delete(partition);
      if (told.size === 0) this.#told.delete(topic);
      if (gone.length > 0) forgotten.push({ topic, partitions: gone });
    }
    return forgotten;
  }
}
