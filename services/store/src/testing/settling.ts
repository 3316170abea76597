/** An order that a workflow settles once it is filled, and one that asks for a workflow that nobody knows. */
import { ORDER } from '@tickmesh/domain-columns';
import { storedEntity } from '../app/stored-entity.ts';

export const SETTLING = [
  storedEntity(ORDER, {
    initial: 'PENDING',
    transitions: [
      { from: 'PENDING', to: 'FILLED', effects: { startWorkflow: 'settle' } },
      { from: 'PENDING', to: 'CANCELLED', effects: { startWorkflow: 'unheard-of' } },
    ],
  }),
];
