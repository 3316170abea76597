import { type ParameterDeclaration, STRATEGY_KINDS } from '@tickmesh/domain-strategies';
import { pageHead, table } from './markdown.ts';

export function renderStrategiesPage(): string {
  return [
    pageHead('Strategies', 'libs/domain/strategies/src/catalogue.ts'),
    'The kinds of strategy that config/strategies.yaml can name, and what each takes. A strategy there is an id, a kind,',
    'an account, markets and parameters; parameters that are not named have their defaults. `intent_life_ms` is how',
    'long after its cause an intent may still be sent (5000).\n',
    ...Object.entries(STRATEGY_KINDS).flatMap(([name, { says, parameters }]) => [
      `## ${name}\n`,
      `${says}\n`,
      table(['parameter', 'default', 'may be', 'what it is'], Object.entries(parameters).map(row)),
    ]),
  ].join('\n');
}

function row([name, declaration]: [string, ParameterDeclaration]): string[] {
  return [`\`${name}\``, String(declaration.default), rangeOf(declaration), declaration.says];
}

function rangeOf({ oneOf, min, max, whole }: ParameterDeclaration): string {
  if (oneOf !== undefined) return oneOf.join(', ');
  return `${whole === true ? 'whole, ' : ''}${min ?? ''} to ${max ?? ''}`;
}
