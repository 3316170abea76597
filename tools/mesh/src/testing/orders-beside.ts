/** An order plane beside a store, as its own program starts it: it takes the tokens of the same people. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { REPOSITORY_ROOT, freePortVariables } from '@tickmesh/local';
import { type Rig, openRig, until } from '@tickmesh/order-plane/testing';
import type { StoreMesh } from './store-mesh.ts';

/** Those that the program wants, beside what the rig of its tests makes. */
const OTHER_TOPICS = ['instruments', 'dlq_market_events'] as const;
const ORDER_PLANE = join(REPOSITORY_ROOT, 'services', 'order-plane');

export class OrdersBeside {
  /** What the command line is told to find it. */
  readonly environment: Readonly<Record<string, string>>;
  readonly #rig: Rig;
  readonly #child: ChildProcess;

  private constructor(environment: Readonly<Record<string, string>>, rig: Rig) {
    const { ORDER_PLANE_HTTP_PORT: httpPort, ORDER_PLANE_GRPC_PORT: grpcPort } = environment;
    this.environment = environment;
    this.#rig = rig;
    this.#child = spawn(process.execPath, [join(ORDER_PLANE, 'dist', 'main.js')], {
      env: {
        ...rig.environment,
        PATH: process.env['PATH'] ?? '',
        SIGN_IN_ISSUER: environment['SIGN_IN_ISSUER'],
        HTTP_PORT: httpPort,
        GRPC_PORT: grpcPort,
      },
      stdio: 'ignore',
    });
  }

  static async start(people: StoreMesh): Promise<OrdersBeside> {
    const ports = await freePortVariables();
    const rig = await openRig(join(ORDER_PLANE, 'src', 'testing', 'limits.yaml'));
    const { SIGN_IN_ISSUER = '' } = people.environment;
    const { ORDER_PLANE_HTTP_PORT = '', ORDER_PLANE_GRPC_PORT = '' } = ports;
    await until('its other topics are made', () =>
      rig.bus.topics.create(OTHER_TOPICS).then(
        () => true,
        () => false,
      ),
    );
    const orders = new OrdersBeside(
      { SIGN_IN_ISSUER, ORDER_PLANE_HTTP_PORT, ORDER_PLANE_GRPC_PORT },
      rig,
    );
    try {
      await orders.#ready();
      return orders;
    } catch (thrown) {
      await orders.close();
      throw thrown;
    }
  }

  #ready(): Promise<void> {
    const { ORDER_PLANE_HTTP_PORT: port = '' } = this.environment;
    return until('the order plane is ready', async () => {
      if (this.#child.exitCode !== null) throw new Error('the order plane ended');
      return fetch(`http://127.0.0.1:${port}/health/ready`).then(
        ({ ok }) => ok,
        () => false,
      );
    });
  }

  async close(): Promise<void> {
    if (this.#child.exitCode === null) {
      const gone = once(this.#child, 'exit');
      this.#child.kill('SIGKILL');
      await gone;
    }
    await this.#rig.close();
  }
}
