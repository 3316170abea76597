/** The operations of the store over HTTP: translates, and nothing else. */
import {
  Body,
  Controller,
  Delete,
  Get,
  HttpCode,
  Inject,
  Param,
  Post,
  Put,
  Query,
} from '@nestjs/common';
import { ApiBody, ApiOperation, ApiQuery, ApiResponse, ApiTags } from '@nestjs/swagger';
import { Fault } from '@tickmesh/kernel';
import { CalledBy, type Caller } from '@tickmesh/nest';
import type { StoreLog } from '../app/ports.ts';
import {
  DELETES,
  EVENT,
  TRANSITION,
  TRANSITIONS,
  UPDATE,
  UPDATES,
  WRITE,
  WRITES,
} from './store-bodies.ts';
import {
  type Plain,
  type QueryString,
  auditBody,
  eventBody,
  readBatch,
  readDelete,
  readDeleteQuery,
  readFlag,
  readPage,
  readQuery,
  readRight,
  readSelection,
  readTimes,
  readTransition,
  readUpdate,
  readWrite,
} from './store-request.ts';
import { STORE_LOG } from './store.grpc.ts';

const TX_TIME = {
  name: 'tx_time',
  required: false,
  type: String,
  description: 'What was known by then; RFC 3339 with a zone.',
};
const VALID_TIME = { ...TX_TIME, name: 'valid_time', description: 'How it was then.' };
const FILTER = {
  name: 'filter',
  required: false,
  type: String,
  description: 'An expression over the fields, such as quantity > 100.',
};
const TYPE = { name: 'entity_type', required: true, type: String };
const STATE = { name: 'state', required: false, type: String, isArray: true };
const PAGE_SIZE = { name: 'page_size', required: false, type: Number };
const AFTER_VERSION = { name: 'after_version', required: false, type: Number };

@ApiTags('changes')
@ApiResponse({ status: 409, description: 'The entity moved on, or takes no change.' })
@Controller()
export class StoreChangesController {
  readonly #log: StoreLog;

  constructor(@Inject(STORE_LOG) log: StoreLog) {
    this.#log = log;
  }

  @ApiOperation({ summary: 'Make an entity; the caller owns it' })
  @ApiBody({ schema: WRITE })
  @ApiResponse({ status: 201, schema: EVENT })
  @Post('entities')
  async write(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    return eventBody(await this.#log.write(caller, readWrite(body)));
  }

  @ApiOperation({ summary: 'Write the next version' })
  @ApiBody({ schema: UPDATE })
  @ApiResponse({ status: 200, schema: EVENT })
  @Put('entities/:entityId')
  async update(
    @Param('entityId') entityId: string,
    @Body() body: unknown,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    return eventBody(await this.#log.update(caller, readUpdate(body, entityId)));
  }

  @ApiOperation({ summary: 'Move an entity along its state machine' })
  @ApiBody({ schema: TRANSITION })
  @Post('entities/:entityId/transitions')
  @HttpCode(200)
  async transition(
    @Param('entityId') entityId: string,
    @Body() body: unknown,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const made = await this.#log.transition(caller, readTransition(body, entityId));
    return { event: eventBody(made.event), workflow_id: made.workflowId };
  }

  @ApiOperation({ summary: 'End an entity with a tombstone' })
  @ApiQuery({ name: 'expected_version', required: true, type: Number })
  @ApiQuery({ name: 'valid_from', required: false, type: String })
  @ApiResponse({ status: 200, schema: EVENT })
  @Delete('entities/:entityId')
  async delete(
    @Param('entityId') entityId: string,
    @Query() query: QueryString,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    return eventBody(await this.#log.delete(caller, readDeleteQuery(entityId, query)));
  }

  @ApiOperation({ summary: 'Make several, all or none' })
  @ApiBody({ schema: WRITES })
  @Post('batches/writes')
  async writeMany(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const events = await this.#log.writeMany(caller, readBatch(body, 'writes', readWrite));
    return { events: events.map(eventBody) };
  }

  @ApiOperation({ summary: 'Update several, all or none' })
  @ApiBody({ schema: UPDATES })
  @Post('batches/updates')
  @HttpCode(200)
  async updateMany(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const updates = readBatch(body, 'updates', (item) => readUpdate(item));
    const events = await this.#log.updateMany(caller, updates);
    return { events: events.map(eventBody) };
  }

  @ApiOperation({ summary: 'Move several, all or none' })
  @ApiBody({ schema: TRANSITIONS })
  @Post('batches/transitions')
  @HttpCode(200)
  async transitionMany(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const wishes = readBatch(body, 'transitions', (item) => readTransition(item));
    const made = await this.#log.transitionMany(caller, wishes);
    return {
      transitions: made.map(({ event, workflowId }) => ({
        event: eventBody(event),
        workflow_id: workflowId,
      })),
    };
  }

  @ApiOperation({ summary: 'End several, all or none' })
  @ApiBody({ schema: DELETES })
  @Post('batches/deletes')
  @HttpCode(200)
  async deleteMany(@Body() body: unknown, @CalledBy() caller: Caller): Promise<Plain> {
    const wishes = readBatch(body, 'deletes', readDelete);
    const events = await this.#log.deleteMany(caller, wishes);
    return { events: events.map(eventBody) };
  }
}

@ApiTags('questions')
@ApiResponse({ status: 404, description: 'There is none, or not for this caller.' })
@Controller()
export class StoreQuestionsController {
  readonly #log: StoreLog;

  constructor(@Inject(STORE_LOG) log: StoreLog) {
    this.#log = log;
  }

  @ApiOperation({ summary: 'The entities of a type, newest first' })
  @ApiQuery(TYPE)
  @ApiQuery(FILTER)
  @ApiQuery(STATE)
  @ApiQuery(TX_TIME)
  @ApiQuery(VALID_TIME)
  @ApiQuery(PAGE_SIZE)
  @ApiQuery({ name: 'page_token', required: false, type: String })
  @Get('entities')
  async query(@Query() query: QueryString, @CalledBy() caller: Caller): Promise<Plain> {
    const { events, nextPageToken } = await this.#log.query(caller, readQuery(query));
    return { events: events.map(eventBody), next_page_token: nextPageToken ?? null };
  }

  @ApiOperation({ summary: 'How many there are' })
  @ApiQuery({ ...TYPE, required: false })
  @ApiQuery(FILTER)
  @ApiQuery(STATE)
  @ApiQuery(TX_TIME)
  @ApiQuery(VALID_TIME)
  @Get('count')
  async count(@Query() query: QueryString, @CalledBy() caller: Caller): Promise<Plain> {
    return { count: String(await this.#log.count(caller, readSelection(query))) };
  }

  @ApiOperation({ summary: 'The types of what the caller may see' })
  @Get('types')
  async types(@CalledBy() caller: Caller): Promise<Plain> {
    const types = await this.#log.types(caller);
    return {
      types: types.map(({ entityType, count }) => ({
        entity_type: entityType,
        count: String(count),
      })),
    };
  }

  @ApiOperation({ summary: 'The latest version' })
  @ApiResponse({ status: 200, schema: EVENT })
  @Get('entities/:entityId')
  async read(@Param('entityId') entityId: string, @CalledBy() caller: Caller): Promise<Plain> {
    const event = await this.#log.read(caller, entityId);
    if (event === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
    return eventBody(event);
  }

  @ApiOperation({ summary: 'What was known at one time of how it was at another' })
  @ApiQuery(TX_TIME)
  @ApiQuery(VALID_TIME)
  @ApiQuery({ name: 'include_deleted', required: false, type: Boolean })
  @ApiResponse({ status: 200, schema: EVENT })
  @Get('entities/:entityId/as-of')
  async asOf(
    @Param('entityId') entityId: string,
    @Query() query: QueryString,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const includeDeleted = readFlag(query, 'include_deleted');
    const question = { entityId, includeDeleted, ...readTimes(query) };
    const event = await this.#log.asOf(caller, question);
    if (event === undefined) throw new Fault('NOT_FOUND', { entity_id: entityId });
    return eventBody(event);
  }

  @ApiOperation({ summary: 'Every version' })
  @ApiQuery(AFTER_VERSION)
  @ApiQuery(PAGE_SIZE)
  @Get('entities/:entityId/history')
  async history(
    @Param('entityId') entityId: string,
    @Query() query: QueryString,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const { items, hasMore } = await this.#log.history(caller, readPage(entityId, query));
    return { events: items.map(eventBody), has_more: hasMore };
  }

  @ApiOperation({ summary: 'Who did what, without the values' })
  @ApiQuery(AFTER_VERSION)
  @ApiQuery(PAGE_SIZE)
  @Get('entities/:entityId/audit')
  async audit(
    @Param('entityId') entityId: string,
    @Query() query: QueryString,
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const { items, hasMore } = await this.#log.audit(caller, readPage(entityId, query));
    return { entries: items.map(auditBody), has_more: hasMore };
  }

  @ApiOperation({ summary: 'Who may see and change it' })
  @Get('entities/:entityId/shares')
  async shares(@Param('entityId') entityId: string, @CalledBy() caller: Caller): Promise<Plain> {
    return { ...(await this.#log.shares(caller, entityId)) };
  }

  @ApiOperation({ summary: 'Let somebody read or write it' })
  @Put('entities/:entityId/shares/:grantee/:right')
  async share(
    @Param()
    params: { readonly entityId: string; readonly grantee: string; readonly right: string },
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const share = { ...params, right: readRight(params.right) };
    return { changed: await this.#log.share(caller, share) };
  }

  @ApiOperation({ summary: 'Take a right back' })
  @Delete('entities/:entityId/shares/:grantee/:right')
  async unshare(
    @Param()
    params: { readonly entityId: string; readonly grantee: string; readonly right: string },
    @CalledBy() caller: Caller,
  ): Promise<Plain> {
    const share = { ...params, right: readRight(params.right) };
    return { changed: await this.#log.unshare(caller, share) };
  }
}
