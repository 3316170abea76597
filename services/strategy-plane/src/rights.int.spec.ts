import { rightsSuite } from '@tickmesh/nest/testing';
import { StrategyPlaneModule } from './strategy-plane.module.ts';

rightsSuite('strategy-plane', { module: () => StrategyPlaneModule });
