/** What an engine was told to know, checked when it is made. */
import { randomUUID } from 'node:crypto';
import { Fault } from '@tickmesh/kernel';
import { type AnyWorkflow, checkName, WorkflowDefinition } from './definition.ts';
import type { EngineIdentity } from './engine.ts';
import { checkedJson, type Json, type Message } from './json.ts';

const ID = /^[\x21-\x7e]{1,200}$/;
const CONCURRENCY_MAX = 1_000;
/** What a process that was told nothing calls itself; every replica would be the same one. */
const NOBODY = 'local';

export class Registry {
  readonly workflows: ReadonlyMap<string, AnyWorkflow>;
  readonly queues: ReadonlySet<string>;

  /** @throws Fault ARGUMENT_INVALID for an identity that is missing, names that repeat, or a queue without bounds */
  constructor(identity: EngineIdentity) {
    const { applicationName, applicationVersion, executorId } = identity;
    for (const [field, id] of Object.entries({ applicationName, applicationVersion, executorId })) {
      checkId(field, id);
    }
    if (executorId === NOBODY) {
      throw new Fault('ARGUMENT_INVALID', {
        field: 'executorId',
        expected: 'an id of this process, stable over restarts, as the name of its pod',
        value: executorId,
      });
    }
    this.workflows = byName('workflows', identity.workflows.map(checkedDefinition));
    this.queues = new Set(byName('queues', identity.queues).keys());
    for (const { name, concurrencyMax } of identity.queues) checkQueue(name, concurrencyMax);
  }

  /** @throws Fault WORKFLOW_UNREGISTERED for anything but a definition that this engine was made with */
  check(value: unknown): AnyWorkflow {
    const definition = checkedDefinition(value);
    if (this.workflows.get(definition.name) === definition) return definition;
    throw new Fault('WORKFLOW_UNREGISTERED', { workflow: definition.name });
  }

  named(name: string): AnyWorkflow {
    const definition = this.workflows.get(name);
    if (definition === undefined) throw new Fault('WORKFLOW_UNREGISTERED', { workflow: name });
    return definition;
  }

  checkQueued(queue: string): void {
    if (!this.queues.has(queue)) throw new Fault('NOT_FOUND', { queue });
  }
}

/** @throws Fault ARGUMENT_INVALID */
export function checkId(field: string, id: string): void {
  if (typeof id === 'string' && ID.test(id)) return;
  throw new Fault('ARGUMENT_INVALID', { field, rule: ID.source, value: id });
}

/** The id that was asked for, else a new one. */
export function startId(asked: string | undefined): string {
  if (asked === undefined) return randomUUID();
  checkId('id', asked);
  return asked;
}

/** @throws Fault ARGUMENT_INVALID */
export function checkArguments(args: unknown): readonly Json[] {
  if (!Array.isArray(args)) {
    throw new Fault('ARGUMENT_INVALID', { field: 'args', expected: 'a list' });
  }
  return checkedJson(args, 'args') as readonly Json[];
}

/** @throws Fault ARGUMENT_INVALID */
export function checkedMessage(topic: string, message: unknown): Message {
  checkName('topic', topic);
  const checked = checkedJson(message, 'message');
  if (checked === null) {
    throw new Fault('ARGUMENT_INVALID', { field: 'message', expected: 'JSON other than null' });
  }
  return checked;
}

function checkedDefinition(value: unknown): AnyWorkflow {
  if (WorkflowDefinition.isOne(value)) return value;
  const name = typeof value === 'function' ? value.name : typeof value;
  throw new Fault('WORKFLOW_UNREGISTERED', { expected: 'what defineWorkflow returns', name });
}

function byName<T extends { readonly name: string }>(
  field: string,
  list: readonly T[],
): ReadonlyMap<string, T> {
  const map = new Map(list.map((one) => [one.name, one]));
  if (map.size === list.length) return map;
  const names = list.map(({ name }) => name);
  const value = names.find((name, index) => names.indexOf(name) !== index);
  throw new Fault('ARGUMENT_INVALID', { field, expected: 'each name once', value });
}

function checkQueue(name: string, concurrencyMax: number): void {
  checkName('queue', name);
  if (Number.isInteger(concurrencyMax) && concurrencyMax > 0 && concurrencyMax <= CONCURRENCY_MAX) {
    return;
  }
  throw new Fault('ARGUMENT_INVALID', {
    field: `queues.${name}.concurrencyMax`,
    expected: `an integer from 1 to ${CONCURRENCY_MAX}`,
    value: concurrencyMax,
  });
}
