import { checkedShape, loadDocument } from '@tickmesh/config';
import type { Instrument } from '@tickmesh/contracts';
import { type StrategyDefinition, checkStrategies } from '@tickmesh/domain-strategies';

/**
 * The strategies of a YAML file.
 * @throws Fault STRATEGY_INVALID whose problems name file, line and rule
 */
export function loadStrategies(
  path: string,
  instruments: readonly Instrument[],
): readonly StrategyDefinition[] {
  const shape = checkedShape('version: 1 and a list of strategies', (value) => {
    const checked = checkStrategies(value, instruments);
    return checked.ok ? { ok: true, value: checked.strategies } : checked;
  });
  return loadDocument(path, { shape, code: 'STRATEGY_INVALID' });
}
