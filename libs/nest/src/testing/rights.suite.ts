/**
 * What every service must hold of its calls: each is in the table of rights and the table has no other, and each is
 * refused to whoever may not make it. Asked over real sockets, call by call and role by role.
 */
import { type AddressInfo, createServer } from 'node:net';
import { Client, type Metadata, credentials, status as GrpcStatus } from '@grpc/grpc-js';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { dataPlaneSchema, loadConfig } from '@tickmesh/config';
import { CALLER_ROLES, type CallerRole, RIGHTS, mayCall, rightTo } from '@tickmesh/contracts';
import { TestIssuer } from '@tickmesh/sign-in/testing';
import { type RunningService, type ServiceDefinition, bootService } from '../boot.ts';
import { STATUS_ALONE } from '../grpc-server.ts';
import { signedCalls } from './signed-calls.ts';

const ROLES = Object.keys(CALLER_ROLES) as CallerRole[];
/** Whoever is refused is refused at once; a call that is let through may wait for what a test has not. */
const ANSWER_MS = 10_000;

/** @param definition its edges over nothing: no call that may be made is made */
export function rightsSuite(
  service: string,
  definition: Pick<ServiceDefinition, 'module' | 'grpc' | 'openApi'>,
): void {
  describe(`the calls of ${service}`, () => {
    let issuer: TestIssuer;
    let running: RunningService;
    let client: (roles?: readonly CallerRole[]) => Promise<Client>;
    const clients: Client[] = [];

    beforeAll(async () => {
      issuer = await TestIssuer.open();
      const config = loadConfig(dataPlaneSchema, issuer.environment);
      const grpcPort = await freePort();
      const ports = { httpPort: await freePort(), grpcPort, callsPerSecondMax: 100_000 };
      running = await bootService({
        grpc: STATUS_ALONE,
        ...definition,
        name: service,
        config: { ...config, http: { ...config.http, ...ports } },
        writeLog: () => undefined,
      });
      client = async (roles) => {
        const options =
          roles === undefined ? {} : { interceptors: [signedCalls(await headersOf(roles))] };
        const made = new Client(`127.0.0.1:${grpcPort}`, credentials.createInsecure(), options);
        clients.push(made);
        return made;
      };
    });

    afterAll(async () => {
      for (const each of clients) each.close();
      await running.stop('the test is over');
      await issuer.close();
    });

    const headersOf = (roles: readonly CallerRole[]): Promise<{ readonly authorization: string }> =>
      issuer.headersFor({ name: 'alice', roles });

    it.each(['http', 'grpc'] as const)('over %s are those of the table', (transport) => {
      const listed = ['every service', service].flatMap((owner) =>
        Object.keys(RIGHTS[transport][owner] ?? {}),
      );
      const served = [...new Set(running.calls[transport])];
      expect(served.filter((call) => !listed.includes(call))).toEqual([]);
      // The page of the calls is served by services that have some.
      const wanted = listed.filter(
        (call) => definition.openApi !== undefined || !/^GET \/docs/.test(call),
      );
      expect(wanted.filter((call) => !served.includes(call))).toEqual([]);
    });

    it('over HTTP are refused to whoever did not sign in, or has not the role', async () => {
      const statuses = await refusalsOf('http', async (call, roles) => {
        const [method = '', route = ''] = call.split(' ');
        const answer = await fetch(
          `http://127.0.0.1:${running.httpPort}${route.replaceAll(/:\w+|\*/g, 'x')}`,
          { method, headers: roles === undefined ? {} : await headersOf(roles) },
        );
        await answer.arrayBuffer();
        return answer.status;
      });
      expect(statuses.filter(({ is, wanted }) => is !== wanted)).toEqual([]);
    });

    it('over gRPC are refused to whoever did not sign in, or has not the role', async () => {
      const statuses = await refusalsOf('grpc', async (call, roles) =>
        statusOf(await client(roles), call),
      );
      expect(statuses.filter(({ is, wanted }) => is !== wanted)).toEqual([]);
    });

    /** Every call by nobody, by somebody without a role, and with each role that does not suffice. */
    async function refusalsOf(
      transport: 'http' | 'grpc',
      ask: (call: string, roles?: readonly CallerRole[]) => Promise<number>,
    ): Promise<{ call: string; roles: string; is: number; wanted: number }[]> {
      const [unknown, denied] =
        transport === 'http'
          ? ([401, 403] as const)
          : ([GrpcStatus.UNAUTHENTICATED, GrpcStatus.PERMISSION_DENIED] as const);
      const found = [];
      for (const call of running.calls[transport]) {
        const right = rightTo(RIGHTS, { transport, service, call });
        if (right === 'public') continue;
        found.push({ call, roles: 'nobody', is: await ask(call), wanted: unknown });
        for (const roles of [[], ...ROLES.map((role) => [role])]) {
          if (mayCall(right, roles)) continue;
          const is = await ask(call, roles);
          found.push({ call, roles: roles.join(), is, wanted: denied });
        }
      }
      return found;
    }
  });
}

/** Of any kind of call: a refusal comes before its messages are looked at. */
function statusOf(client: Client, call: string): Promise<number> {
  return new Promise((resolve) => {
    const same = (bytes: Buffer): Buffer => bytes;
    const options = { deadline: Date.now() + ANSWER_MS };
    const stream = client.makeServerStreamRequest(`/${call}`, same, same, Buffer.alloc(0), options);
    stream.on('data', () => undefined);
    stream.on('error', () => undefined);
    stream.on('status', ({ code }: { readonly code: number; readonly metadata: Metadata }) => {
      resolve(code);
    });
  });
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}
