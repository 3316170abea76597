/** State machines of entities: which changes of state there are, who may make them, and when. */
import { type Expression, type Row, type Schema, parse } from '@tickmesh/expr';
import { Fault } from '@tickmesh/kernel';

/** One edge. `Effects` is what the owner of the machine does on the way; decisions do not look at it. */
export interface Transition<Effects = unknown> {
  readonly from: string;
  readonly to: string;
  /** Over the values that the transition would record. It must be true; null is not. */
  readonly guard?: Expression;
  /** Roles, one of which the caller must have besides the right to write; absent: none is needed. */
  readonly allowedBy?: readonly string[];
  readonly effects?: Effects;
}

export interface Machine<Effects = unknown> {
  readonly initial: string;
  readonly transitions: readonly Transition<Effects>[];
}

/** A transition as it is declared: the guard as text. */
export interface TransitionDeclaration<Effects = unknown> extends Omit<
  Transition<Effects>,
  'guard'
> {
  readonly guard?: string;
}

export interface MachineDeclaration<Effects = unknown> {
  readonly initial: string;
  readonly transitions: readonly TransitionDeclaration<Effects>[];
}

const STATE = /^[A-Z][A-Z0-9_]{0,31}$/;

/**
 * Reads the guards against the entity's fields and checks that the machine makes sense.
 * @param entity name, for the problems
 * @throws Fault ENTITY_INVALID for a state of another form, one that cannot be reached, or two edges with the
 * same ends; EXPR_SYNTAX, EXPR_TYPE, EXPR_FIELD for a guard that the entity cannot answer
 */
export function defineMachine<Effects>(
  entity: string,
  schema: Schema,
  declaration: MachineDeclaration<Effects>,
): Machine<Effects> {
  const { initial, transitions } = declaration;
  const problems = machineProblems(declaration);
  if (problems.length > 0) throw new Fault('ENTITY_INVALID', { entity, problems });
  return Object.freeze({
    initial,
    transitions: Object.freeze(
      transitions.map(({ guard, ...edge }) =>
        Object.freeze({
          ...edge,
          ...(guard === undefined ? {} : { guard: guardOf(guard, schema) }),
        }),
      ),
    ),
  });
}

/** The states that can follow one, in the order of declaration. */
export function targetsOf(machine: Machine, from: string): string[] {
  return machine.transitions.filter((edge) => edge.from === from).map(({ to }) => to);
}

export interface TransitionQuestion {
  /** As the entity is now, read under its lock. */
  readonly from: string;
  readonly to: string;
  readonly caller: { readonly name: string; readonly roles: readonly string[] };
  /** The values that would be recorded, as expressions see them. */
  readonly row: Row;
  /** Time of the decision in microseconds, for guards that ask for now(). */
  readonly nowMicros: number;
}

/**
 * The edge that a wish takes. Who may not make it learns nothing of its guard.
 * @throws Fault TRANSITION_INVALID with the states that can follow; TRANSITION_NOT_PERMITTED with the roles
 * that may; GUARD_FAILED with the guard; in this order
 */
export function decideTransition<Effects>(
  machine: Machine<Effects>,
  { from, to, caller, row, nowMicros }: TransitionQuestion,
): Transition<Effects> {
  const edge = machine.transitions.find((one) => one.from === from && one.to === to);
  if (edge === undefined) {
    throw new Fault('TRANSITION_INVALID', { from, to, allowed: targetsOf(machine, from) });
  }
  const { allowedBy, guard } = edge;
  if (allowedBy !== undefined && !allowedBy.some((role) => caller.roles.includes(role))) {
    throw new Fault('TRANSITION_NOT_PERMITTED', { from, to, allowed_by: allowedBy });
  }
  if (guard !== undefined && guard.evaluate(row, { now: nowMicros }) !== true) {
    throw new Fault('GUARD_FAILED', { from, to, guard: String(guard) });
  }
  return edge;
}

function guardOf(text: string, schema: Schema): Expression {
  const guard = parse(text, schema);
  if (guard.type === 'boolean') return guard;
  throw new Fault('EXPR_TYPE', { guard: text, expected: 'boolean', found: guard.type });
}

function machineProblems({ initial, transitions }: MachineDeclaration): string[] {
  const states = new Set([initial, ...transitions.flatMap(({ from, to }) => [from, to])]);
  const problems = [...states]
    .filter((state) => !STATE.test(state))
    .map((state) => `state ${state}: not of the form ${STATE.source}`);
  const edges = transitions.map(({ from, to }) => `${from} to ${to}`);
  for (const edge of new Set(edges.filter((one, i) => edges.indexOf(one) !== i))) {
    problems.push(`${edge}: declared twice`);
  }
  const reached = reachedFrom(initial, transitions);
  for (const state of states) {
    if (!reached.has(state)) problems.push(`state ${state}: not reached from ${initial}`);
  }
  return problems;
}

function reachedFrom(
  initial: string,
  transitions: readonly { readonly from: string; readonly to: string }[],
): Set<string> {
  const reached = new Set([initial]);
  for (let before = 0; before < reached.size;) {
    before = reached.size;
    for (const { from, to } of transitions) if (reached.has(from)) reached.add(to);
  }
  return reached;
}
