/** The store as its callers meet it: real sockets, real tokens, a database of its own. */
import { loadConfig, storeSchema } from '@tickmesh/config';
import type { CallerRole } from '@tickmesh/contracts';
import { type RunningService, bootService } from '@tickmesh/nest';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { STORE_CALLS } from '../edge/store.grpc.ts';
import { STORE_PAGE, StoreModule } from '../store.module.ts';
import { openStreams } from '../store-streams.ts';
import { freePort } from './served.ts';
import { type RigOptions, type StoreRig, openStoreRig, systemMicros } from './rig.ts';

export interface StoreServiceOptions extends RigOptions {
  /** Variables of its environment that go before the test's own, such as another issuer. */
  readonly environment?: Readonly<Record<string, string>>;
}

export class StoreService {
  readonly rig: StoreRig;
  readonly issuer: TestIssuer;
  readonly grpcPort: number;
  readonly httpPort: number;
  readonly #environment: Readonly<Record<string, string>>;
  #running: RunningService | undefined;

  private constructor(
    { rig, issuer }: Pick<StoreService, 'rig' | 'issuer'>,
    ports: readonly [number, number],
    environment: Readonly<Record<string, string>>,
  ) {
    this.rig = rig;
    this.issuer = issuer;
    [this.grpcPort, this.httpPort] = ports;
    this.#environment = { ...rig.environment, ...issuer.environment, ...environment };
  }

  static async start(options: StoreServiceOptions = {}): Promise<StoreService> {
    const rig = await openStoreRig(options);
    const issuer = await TestIssuer.open();
    const ports = [await freePort(), await freePort()] as const;
    const service = new StoreService({ rig, issuer }, ports, options.environment ?? {});
    await service.serve();
    return service;
  }

  get grpcUrl(): string {
    return `grpc://127.0.0.1:${this.grpcPort}`;
  }

  get httpUrl(): string {
    return `http://127.0.0.1:${this.httpPort}`;
  }

  /** A token of somebody with these roles. */
  tokenOf(name: string, ...roles: readonly CallerRole[]): Promise<string> {
    return this.issuer.tokenFor({ name, roles });
  }

  /** At the same ports, also after `away`. */
  async serve(): Promise<void> {
    const { rig, grpcPort, httpPort } = this;
    const config = loadConfig(storeSchema, this.#environment);
    const http = { ...config.http, httpPort, grpcPort };
    this.#running = await bootService({
      name: 'store',
      config: { ...config, http },
      grpc: STORE_CALLS,
      openApi: STORE_PAGE,
      module: async ({ lifecycle }) => {
        const streams = openStreams(config, rig.store, { clock: systemMicros });
        lifecycle.onStart('streams', () => streams.start());
        lifecycle.onStop('intake', 'streams', () => streams.stop());
        return Promise.resolve(StoreModule.serving(rig.store, streams));
      },
      writeLog: () => undefined,
    });
  }

  /** Nobody answers until `serve`. */
  async away(): Promise<void> {
    await this.#running?.stop('the test wants it away');
    this.#running = undefined;
  }

  async close(): Promise<void> {
    await this.away();
    await this.issuer.close();
    await this.rig.close();
  }
}
