/** The types that the store of the mesh declares. */
import {
  ORDER,
  ORDER_RECORD,
  POSITION_RECORD,
  SIGNAL,
  TRADE,
  TRADE_RECORD,
} from '@tickmesh/domain-columns';
import type { AnyWorkflow } from '@tickmesh/workflow';
import { type StoredEntity, storedEntity } from './stored-entity.ts';

/** The life of an order as people keep it. */
export const DECLARED: readonly StoredEntity[] = [
  storedEntity(TRADE),
  storedEntity(SIGNAL),
  storedEntity(ORDER_RECORD),
  storedEntity(TRADE_RECORD),
  storedEntity(POSITION_RECORD),
  storedEntity(ORDER, {
    initial: 'PENDING',
    transitions: [
      { from: 'PENDING', to: 'PARTIAL' },
      { from: 'PENDING', to: 'FILLED', guard: 'quantity > 0' },
      { from: 'PENDING', to: 'CANCELLED', allowedBy: ['risk_manager'] },
      { from: 'PARTIAL', to: 'FILLED' },
      { from: 'PARTIAL', to: 'CANCELLED', allowedBy: ['risk_manager'] },
      { from: 'FILLED', to: 'SETTLED', guard: 'price > 0' },
    ],
  }),
];

/** Everything that a transition of these types may start; none of them starts one yet. */
export const WORKFLOWS: readonly AnyWorkflow[] = [];
