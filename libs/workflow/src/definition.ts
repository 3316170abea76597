/**
 * Workflows are named functions, made known to an engine before it starts. The name is what the record holds, so a
 * workflow is found again by any later process; a function without a name of its own could not be.
 */
import { Fault } from '@tickmesh/kernel';
import type { WorkflowContext } from './engine.ts';
import type { Json, Returned } from './json.ts';

export type WorkflowBody<Args extends readonly Json[], Result extends Returned> = (
  flow: WorkflowContext,
  ...args: Args
) => Promise<Result>;

/** Of any arguments and result: what lists of workflows hold. */
export type AnyWorkflow = WorkflowDefinition<never, Returned>;

const NAME = /^[a-z][a-z0-9_]{0,63}$/;

/** Made by `defineWorkflow` alone: the private field keeps plain functions and look-alikes out, also for the compiler. */
export class WorkflowDefinition<Args extends readonly Json[], Result extends Returned> {
  readonly name: string;
  readonly #body: WorkflowBody<Args, Result>;

  constructor(name: string, body: WorkflowBody<Args, Result>) {
    checkName('workflow', name);
    this.name = name;
    this.#body = body;
  }

  static isOne(value: unknown): value is AnyWorkflow {
    return typeof value === 'object' && value !== null && #body in value;
  }

  /** @param args of the types that `Args` says: they come from the record, or from a typed call */
  perform(flow: WorkflowContext, args: readonly Json[]): Promise<Returned> {
    return this.#body(flow, ...(args as unknown as Args));
  }
}

/**
 * Names a function, so that engines can start it and find it again.
 *
 * The function runs again from its start after a crash, and what its steps gave is read from the record instead of
 * done again. So it must do the same steps in the same order each time: everything that is not a plain consequence of
 * its arguments and of what steps gave (time, chance, reads, writes) happens in a step.
 * @param name `^[a-z][a-z0-9_]{0,63}$`; the persisted identity, never renamed while one of its workflows is under way
 * @throws Fault ARGUMENT_INVALID for another name
 */
export function defineWorkflow<Args extends readonly Json[], Result extends Returned>(
  name: string,
  body: WorkflowBody<Args, Result>,
): WorkflowDefinition<Args, Result> {
  return new WorkflowDefinition(name, body);
}

/**
 * Names of workflows, steps, queues and topics.
 * @throws Fault ARGUMENT_INVALID
 */
export function checkName(field: string, name: string): void {
  if (!NAME.test(name))
    throw new Fault('ARGUMENT_INVALID', { field, rule: NAME.source, value: name });
}
