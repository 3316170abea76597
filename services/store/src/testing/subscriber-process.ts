/**
 * A subscriber that a test may kill at a named point: applies each event to a table of its own, then moves its
 * checkpoint. `TEST_CRASH` is `POINT/NUMBER`: at the point, with that event counted from 1.
 */
import { openDatabase } from '@tickmesh/database';
import { clientOf } from './served.ts';

const env = process.env;
const [point = '', number = ''] = (env['TEST_CRASH'] ?? '').split('/');
let received = 0;

async function crashAt(reached: string): Promise<void> {
  if (reached !== point || received !== Number(number)) return;
  process.kill(process.pid, 'SIGKILL');
  await new Promise<never>(() => undefined);
}

const effects = openDatabase(env['TEST_EFFECTS_URL'] ?? '', { applicationName: 'subscriber' });
const client = clientOf(Number(env['TEST_STORE_PORT']), env['TEST_AUTHORIZATION'] ?? '');
const subscriber = 'desk';
const stream = client.subscribe({ subscriber, from_beginning: true });
process.stdout.write('ready\n');
for await (const { event, cursor } of stream as AsyncIterable<{
  readonly event?: { readonly entity_id: string; readonly version: string } | null;
  readonly cursor: string;
}>) {
  if (event == null) continue;
  received++;
  await crashAt('received');
  await effects.query('insert into attempts values ($1, $2)', [event.entity_id, event.version]);
  await effects.query(
    `insert into effects (entity_id, version) values ($1, $2) on conflict do nothing`,
    [event.entity_id, event.version],
  );
  await crashAt('applied');
  await client.call('SetCheckpoint', { subscriber, cursor });
  await crashAt('moved');
}
