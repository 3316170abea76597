import { Command } from 'commander';
import { register as registerBacktest } from './commands/backtest.ts';
import { register as registerColumns } from './commands/columns.ts';
import { register as registerDemo } from './commands/demo.ts';
import { register as registerDlq } from './commands/dlq.ts';
import { register as registerDoctor } from './commands/doctor.ts';
import { register as registerExpr } from './commands/expr.ts';
import { register as registerHalt } from './commands/halt.ts';
import { register as registerHealth } from './commands/health.ts';
import { register as registerInstruments } from './commands/instruments.ts';
import { register as registerLimits } from './commands/limits.ts';
import { register as registerLog } from './commands/log.ts';
import { register as registerOrders } from './commands/orders.ts';
import { register as registerPositions } from './commands/positions.ts';
import { register as registerPublish } from './commands/publish.ts';
import { register as registerReplay } from './commands/replay.ts';
import { register as registerSecrets } from './commands/secrets.ts';
import { register as registerSmoke } from './commands/smoke.ts';
import { register as registerStrategies } from './commands/strategies.ts';
import { register as registerTail } from './commands/tail.ts';
import { register as registerToken } from './commands/token.ts';
import { register as registerTopics } from './commands/topics.ts';
import { type Person, speakFor } from './signed-in.ts';

// `mesh tail ... | head` closes the pipe: nobody reads on, and nothing went wrong.
process.stdout.on('error', (error: NodeJS.ErrnoException) => {
  if (error.code === 'EPIPE') process.exit(0);
  throw error;
});

const program = new Command('mesh')
  .description('The command line of tickmesh')
  .option('--as <name>', 'speak as this person, by the development issuer (default: your login)')
  .option('--role <roles>', 'with these roles, separated by commas (default: all)')
  .hook('preAction', (command) => {
    speakFor(command.opts<Person>());
  })
  .addHelpText(
    'after',
    `
Examples:
  mesh health                        is everything up, and how far behind
  mesh tail exec_reports             reports as they come
  mesh dlq list                      what could not be handled, and why
  mesh dlq replay --topic market_events
  mesh orders list --open            what works at a broker
  mesh halt firm --reason TEXT       stop all trading
  mesh log as-of ID --tx-time TIME   what was known then
  mesh token --as bob --role trader  a token for curl and grpcurl
  mesh smoke                         market data in, execution report out
  mesh backtest OFI_BTC --data FILES   a strategy over recorded data, with a report

Every command takes --json. Those that change something speak for --as NAME with --role ROLES, or for MESH_TOKEN.
Variables of the environment are in docs/reference/config.md.`,
  )
  .showHelpAfterError();

for (const register of [
  registerHealth,
  registerDoctor,
  registerTopics,
  registerPublish,
  registerTail,
  registerDlq,
  registerReplay,
  registerInstruments,
  registerColumns,
  registerExpr,
  registerSmoke,
  registerBacktest,
  registerStrategies,
  registerOrders,
  registerPositions,
  registerLimits,
  registerHalt,
  registerLog,
  registerDemo,
  registerToken,
  registerSecrets,
]) {
  register(program);
}
await program.parseAsync();
