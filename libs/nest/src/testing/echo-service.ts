/** A small service with every edge that booting serves: HTTP, gRPC, OpenAPI. */
import { fileURLToPath } from 'node:url';
import {
  Body,
  Controller,
  type DynamicModule,
  Get,
  Inject,
  Module,
  Param,
  Post,
} from '@nestjs/common';
import { GrpcMethod } from '@nestjs/microservices';
import { ApiBody, ApiOkResponse } from '@nestjs/swagger';
import { Fault } from '@tickmesh/kernel';
import type { Logger } from '@tickmesh/telemetry';
import { type Observable, of } from 'rxjs';

const LOGGER = Symbol('Logger');

export const ECHO_PROTO = fileURLToPath(new URL('echo.proto', import.meta.url));

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

  @GrpcMethod('EchoService', 'Count')
  count({ text }: Said): Observable<Said> {
    return of({ text: `${text} 1` }, { text: `${text} 2` });
  }
}

@Module({})
export class EchoModule {
  static with(logger: Logger): DynamicModule {
    return {
      module: EchoModule,
      controllers: [EchoController],
      providers: [{ provide: LOGGER, useValue: logger }],
    };
  }
}
