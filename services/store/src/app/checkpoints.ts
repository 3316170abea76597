/** Durable places of subscribers. A name is its owner's own: nobody else can see it or move it. */
import type { Database, Row } from '@tickmesh/database';
import { formatRfc3339 } from '@tickmesh/kernel';
import type { Micros } from '@tickmesh/domain-store';
import { checkName, invalid } from './arguments.ts';
import { type Seal, openPosition, sealPosition } from './cursors.ts';
import type { Caller, LogPosition } from './ports.ts';
import { asked } from './refusals.ts';
import { statement } from './statement.ts';

const SUBSCRIBER = /^[a-z0-9][a-z0-9._-]{0,99}$/;
const SPEAK_FOR = statement('select store.speak_for($1)');
const READ = statement(
  `select position, tx_time, moved_at from store.checkpoints where owner = $1 and subscriber = $2`,
);
const MOVE = statement(
  `insert into store.checkpoints (owner, subscriber, position, tx_time) values ($1, $2, $3, $4)
   on conflict (owner, subscriber)
   do update set position = excluded.position, tx_time = excluded.tx_time, moved_at = clock_timestamp()`,
);

export interface Checkpoint {
  readonly place: LogPosition;
  readonly movedAt: Micros;
}

interface CheckpointRow extends Row {
  readonly position: bigint;
  readonly tx_time: Micros;
  readonly moved_at: Micros;
}

export class Checkpoints {
  readonly #database: Database;
  readonly #seal: Seal;

  constructor(database: Database, seal: Seal) {
    this.#database = database;
    this.#seal = seal;
  }

  async read(caller: Caller, subscriber: string): Promise<Checkpoint | undefined> {
    const values = [checkName('caller', caller.name), checkSubscriber(subscriber)];
    const [row] = await this.#speaking<CheckpointRow>(caller, READ, values);
    if (row === undefined) return undefined;
    return { place: { position: row.position, txTime: row.tx_time }, movedAt: row.moved_at };
  }

  /** Forward or back: a subscriber may want to see events again. */
  async move(caller: Caller, subscriber: string, place: LogPosition): Promise<void> {
    const values = [
      checkName('caller', caller.name),
      checkSubscriber(subscriber),
      place.position,
      formatRfc3339(place.txTime),
    ];
    await this.#speaking(caller, MOVE, values);
  }

  /** The place as its owner may hold it. */
  cursorOf(caller: Caller, place: LogPosition): string {
    return sealPosition(this.#seal, caller, place);
  }

  /** @throws Fault ARGUMENT_INVALID for a cursor of another caller */
  placeOf(caller: Caller, cursor: string): LogPosition {
    return openPosition(this.#seal, caller, cursor);
  }

  async #speaking<R extends Row>(
    caller: Caller,
    text: typeof READ,
    values: readonly unknown[],
  ): Promise<R[]> {
    return asked(() =>
      this.#database.transaction(async (transaction) => {
        await transaction.query(SPEAK_FOR, [caller.name]);
        return transaction.query<R>(text, values);
      }),
    );
  }
}

function checkSubscriber(subscriber: string): string {
  if (SUBSCRIBER.test(subscriber)) return subscriber;
  throw invalid('subscriber', `matches ${SUBSCRIBER.source}`, subscriber);
}
