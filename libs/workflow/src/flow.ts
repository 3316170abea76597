/** What every engine's workflows see: the rules of a step, over the little that an engine must record. */
import { AsyncLocalStorage } from 'node:async_hooks';
import { randomUUID } from 'node:crypto';
import { assert, Fault } from '@tickmesh/kernel';
import { checkName } from './definition.ts';
import type { StepIdentity, WorkflowContext, WorkflowEngine } from './engine.ts';
import { type Failure, failureOf, faultOfFailure } from './failure.ts';
import { checkedJson, type Json, type Message, type Returned } from './json.ts';
import type { EntityState, TransitionRequest, TransitionStore } from './transition.ts';

/** An engine's record of one running workflow. Its operations count their positions when they are called. */
export interface Recorder {
  readonly workflowId: string;
  /** What the position holds, else what `work` gives, recorded. */
  record(name: string, work: () => Promise<Json>): Promise<Json>;
  /** The oldest message, taken and recorded in one; null, recorded, after the timeout. */
  receive(topic: string, timeoutMs: number): Promise<Json>;
  waitUntil(untilMs: number): Promise<void>;
}

/** Whether code runs in a workflow's own function, or in one of its steps. */
const place = new AsyncLocalStorage<'function' | 'step'>();

export function insideWorkflow<T>(work: () => Promise<T>): Promise<T> {
  return place.run('function', work);
}

/**
 * An engine's calls are not recorded, so a workflow makes them in a step.
 * @throws Fault INVARIANT
 */
export function assertOutsideFunction(): void {
  assert(place.getStore() !== 'function', 'A workflow calls the engine in a step');
}

type Outcome = { readonly value: Json } | { readonly failure: Failure & Json };

const MICROS_PER_MS = 1_000;
const SLEEP_MS_MAX = 366 * 24 * 3_600_000;

export class Flow implements WorkflowContext {
  readonly workflowId: string;
  readonly #recorder: Recorder;
  readonly #engine: WorkflowEngine;
  #steps = 0;

  constructor(recorder: Recorder, engine: WorkflowEngine) {
    this.workflowId = recorder.workflowId;
    this.#recorder = recorder;
    this.#engine = engine;
  }

  async step<Result extends Returned>(
    name: string,
    work: (step: StepIdentity) => Promise<Result> | Result,
  ): Promise<Result> {
    checkName('step', name);
    return (await this.#step(name, work)) as Result;
  }

  async nowMicros(): Promise<number> {
    return (await this.#step('now', () => Date.now() * MICROS_PER_MS)) as number;
  }

  async randomUuid(): Promise<string> {
    return (await this.#step('random_uuid', () => randomUUID())) as string;
  }

  async sleep(durationMs: number): Promise<void> {
    checkDuration('durationMs', durationMs);
    const untilMs = (await this.#step('sleep', () => Date.now() + durationMs)) as number;
    await this.#recorder.waitUntil(untilMs);
  }

  async send(workflowId: string, topic: string, message: Message): Promise<void> {
    await this.#step('send', ({ key }) =>
      this.#engine.send(workflowId, topic, message, { id: key }),
    );
  }

  async recv(topic: string, timeoutMs: number): Promise<Message | null> {
    checkName('topic', topic);
    checkDuration('timeoutMs', timeoutMs);
    assertNotInStep();
    this.#steps++;
    return this.#recorder.receive(topic, timeoutMs);
  }

  async transition(store: TransitionStore, request: TransitionRequest): Promise<EntityState> {
    return this.step('transition', ({ key }) => store.transition(request, key));
  }

  /** Nothing is awaited before the recorder is called: positions are those of the calls. */
  async #step(
    name: string,
    work: (step: StepIdentity) => Promise<Returned> | Returned,
  ): Promise<Json> {
    assertNotInStep();
    const key = `${this.workflowId}/${++this.#steps}`;
    const outcome = await this.#recorder.record(name, () =>
      place.run('step', () => outcomeOf(name, () => work({ key }))),
    );
    const { value, failure } = outcome as { value?: Json; failure?: Failure };
    if (failure !== undefined) throw faultOfFailure(failure);
    return value ?? null;
  }
}

/** A failure is an outcome like another: on record, and the same when it is read back. */
async function outcomeOf(name: string, work: () => Promise<Returned> | Returned): Promise<Outcome> {
  try {
    return { value: checkedJson(await work(), name) };
  } catch (thrown) {
    return { failure: { ...failureOf(thrown) } };
  }
}

function assertNotInStep(): void {
  assert(place.getStore() !== 'step', 'A step takes no step of its own');
}

function checkDuration(field: string, durationMs: number): void {
  if (durationMs >= 0 && durationMs <= SLEEP_MS_MAX) return;
  throw new Fault('ARGUMENT_INVALID', {
    field,
    expected: `milliseconds from 0 to ${SLEEP_MS_MAX}`,
    value: durationMs,
  });
}
