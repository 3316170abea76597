/** The types that the store of the mesh declares. */
import { ORDER, SIGNAL, TRADE } from '@tickmesh/domain-columns';
import { type StoredEntity, storedEntity } from './stored-entity.ts';

/** The life of an order as people keep it. */
export const DECLARED: readonly StoredEntity[] = [
  storedEntity(TRADE),
  storedEntity(SIGNAL),
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
