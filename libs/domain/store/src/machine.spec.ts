import { describe, expect, it } from '@jest/globals';
import type { Row } from '@tickmesh/expr';
import { type Fault, faultOf } from '@tickmesh/kernel';
import { type MachineDeclaration, decideTransition, defineMachine, targetsOf } from './machine.ts';

const FIELDS = { quantity: 'number', price: 'number' } as const;

const LIFE: MachineDeclaration = {
  initial: 'PENDING',
  transitions: [
    { from: 'PENDING', to: 'FILLED', guard: 'quantity > 0' },
    { from: 'PENDING', to: 'CANCELLED', allowedBy: ['risk_manager'], guard: 'quantity > 5' },
    { from: 'FILLED', to: 'SETTLED' },
  ],
};

const refusal = (work: () => unknown): Fault => {
  try {
    work();
  } catch (thrown) {
    return faultOf(thrown);
  }
  throw new Error('nothing was refused');
};

describe('a machine', () => {
  const machine = defineMachine('Order', FIELDS, LIFE);
  const ask = (from: string, to: string, row: Row = { quantity: 1 }, ...roles: string[]) =>
    decideTransition(machine, { from, to, caller: { name: 'a', roles }, row, nowMicros: 0 });

  it('lists what can follow a state in the order of declaration', () => {
    expect(targetsOf(machine, 'PENDING')).toEqual(['FILLED', 'CANCELLED']);
    expect(targetsOf(machine, 'SETTLED')).toEqual([]);
  });

  it('takes the edge whose guard holds', () => {
    expect(ask('PENDING', 'FILLED')).toMatchObject({ from: 'PENDING', to: 'FILLED' });
    expect(ask('FILLED', 'SETTLED')).not.toHaveProperty('guard');
  });

  it('refuses a guard that is false, and one that is null', () => {
    for (const row of [{ quantity: 0 }, { quantity: null }, {}]) {
      expect(refusal(() => ask('PENDING', 'FILLED', row)).code).toBe('GUARD_FAILED');
    }
  });

  it('asks for the role before the guard, and for the edge before the role', () => {
    expect(refusal(() => ask('PENDING', 'CANCELLED', { quantity: 0 })).code).toBe(
      'TRANSITION_NOT_PERMITTED',
    );
    expect(refusal(() => ask('PENDING', 'CANCELLED', {}, 'risk_manager')).code).toBe(
      'GUARD_FAILED',
    );
    expect(refusal(() => ask('SETTLED', 'CANCELLED')).details).toEqual({
      from: 'SETTLED',
      to: 'CANCELLED',
      allowed: [],
    });
  });

  it.each<[string, Partial<MachineDeclaration>, string]>([
    ['a state of another form', { initial: 'pending' }, 'not of the form'],
    [
      'two edges with the same ends',
      { transitions: [...LIFE.transitions, { from: 'FILLED', to: 'SETTLED' }] },
      'FILLED to SETTLED: declared twice',
    ],
    [
      'a state that nothing leads to',
      { transitions: [...LIFE.transitions, { from: 'LOST', to: 'FILLED' }] },
      'state LOST: not reached from PENDING',
    ],
  ])('refuses %s', (_, change, says) => {
    const fault = refusal(() => defineMachine('Order', FIELDS, { ...LIFE, ...change }));
    expect(fault.code).toBe('ENTITY_INVALID');
    expect(fault.message).toContain(says);
  });

  it.each([
    ['volume > 1', 'EXPR_FIELD'],
    ['quantity >', 'EXPR_SYNTAX'],
    ['quantity + 1', 'EXPR_TYPE'],
  ])('refuses the guard %s', (guard, code) => {
    const transitions = [{ from: 'PENDING', to: 'FILLED', guard }];
    const declared = { initial: 'PENDING', transitions };
    expect(refusal(() => defineMachine('Order', FIELDS, declared)).code).toBe(code);
  });
});
