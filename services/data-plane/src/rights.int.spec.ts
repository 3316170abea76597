import { rightsSuite } from '@tickmesh/nest/testing';
import { ConnectorModule } from './connector.module.ts';
import { DataPlaneModule } from './data-plane.module.ts';

rightsSuite('data-plane', { module: () => DataPlaneModule });
rightsSuite('connector', { module: () => ConnectorModule });
