/** A small service with every edge that booting serves: HTTP, gRPC, OpenAPI. */
import { fileURLToPath } from 'node:url';
import type { Metadata } from '@grpc/grpc-js';
import {
  Body,
  Controller,
  type DynamicModule,
  Get,
  Headers,
  Inject,
  Module,
  Param,
  Post,
} from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { RIGHTS, type RightsTable } from '@tickmesh/contracts';
import { Fault } from '@tickmesh/kernel';
import type { Caller } from '@tickmesh/sign-in';
import type { Logger } from '@tickmesh/telemetry';
import { type Observable, of } from 'rxjs';
import { CalledBy, callerOf } from '../callers.ts';

const LOGGER = Symbol('Logger');

export const ECHO_PROTO = fileURLToPath(new URL('echo.proto', import.meta.url));

/** Who may make the calls below; everything else is as in every service. */
export const ECHO_RIGHTS: RightsTable = {
  http: {
    'every service': RIGHTS.http['every service'] ?? {},
    echo: {
      'GET /echo/:text': 'any role',
      'POST /echo': ['trader'],
      'GET /who': ['trader', 'operator'],
    },
  },
  grpc: {
    'every service': RIGHTS.grpc['every service'] ?? {},
    echo: {
      'tickmesh.echo.v1.EchoService/Echo': 'any role',
      'tickmesh.echo.v1.EchoService/Count': 'any role',
      'tickmesh.echo.v1.EchoService/Who': ['operator'],
    },
  },
};

interface Said {
  readonly text: string;
}

@Controller('echo')
export class EchoController {
  readonly #logger: Logger;

  constructor(@Inject(LOGGER) logger: Logger) {
    this.#logger = logger;
  }

  @Get(':text')
  @ApiOkResponse({ schema: { type: 'object' } })
  say(@Param('text') text: string): Said {
    this.#logger.info('request.answered', { text });
    if (text === 'conflict') throw new Fault('VERSION_CONFLICT', { expected: 1n });
    if (text === 'bug') throw new TypeError('inner secrets of the code');
    return { text };
  }

  @Post()
  @ApiBody({ schema: { type: 'object' } })
  take(@Body() body: unknown): { readonly received: unknown } {
    return { received: body };
  }

  @GrpcMethod('EchoService', 'Echo')
  echo({ text }: Said): Said {
    if (text === 'missing') throw new Fault('NOT_FOUND', { text });
    return { text };
  }

  @GrpcMethod('EchoService', 'Who')
  who(_: Said, metadata: Metadata): Said {
    const { authorization = 'no token' } = metadata.getMap();
    return { text: `${callerOf(metadata).name}, ${String(authorization)}` };
  }

  /** In no table of rights. */
  @GrpcMethod('EchoService', 'Unlisted')
  unlisted({ text }: Said): Said {
    return { text };
  }

  @GrpcMethod('EchoService', 'Count')
  count({ text }: Said): Observable<Said> {
    return of({ text: `${text} 1` }, { text: `${text} 2` });
  }
}

@Controller()
export class WhoController {
  @Get('who')
  who(@CalledBy() caller: Caller, @Headers() headers: Record<string, string>): object {
    return { ...caller, token: headers['authorization'] ?? 'no token' };
  }

  /** In no table of rights. */
  @Get('unlisted')
  unlisted(): object {
    return {};
  }
}

@Module({})
export class EchoModule {
  static with(logger: Logger): DynamicModule {
    return {
      module: EchoModule,
      controllers: [EchoController, WhoController],
      providers: [{ provide: LOGGER, useValue: logger }],
    };
  }
}
