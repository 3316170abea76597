import { renderConfigPage } from '@tickmesh/config';
import { renderReference } from '@tickmesh/expr';
import { renderTelemetryPage } from '@tickmesh/telemetry';
import { RECORD_NAMES, jsonSchemaOf } from '@tickmesh/contracts';
import { renderAclsPage } from './acls-page.ts';
import { readContracts } from './avro-shapes.ts';
import { renderErrorsPage } from './errors-page.ts';
import { renderInstrumentsPage } from './instruments-page.ts';
import { renderKafkaUsers } from './kafka-users.ts';
import { renderMessagesPage } from './messages-page.ts';
import { repositoryAt } from './repository.ts';
import { renderRightsPage } from './rights-page.ts';
import { renderStrategiesPage } from './strategies-page.ts';
import { readTopics } from './topics-file.ts';
import { renderTopicsPage } from './topics-page.ts';

/** The reference pages. Rules and reactions are told by the packages that enforce them. */
export function generatePages(root: string): Map<string, string> {
  const { read, readAll } = repositoryAt(root);
  const contracts = readContracts(readAll('contracts/avro', '.avsc'));
  const topics = readTopics(read('contracts/topics.yaml'));
  const examples = readAll('tests/data/contracts', '.json');
  return new Map<string, string>([
    ['docs/reference/messages.md', renderMessagesPage(contracts, topics, examples)],
    ['docs/reference/topics.md', renderTopicsPage(topics)],
    ['docs/reference/acls.md', renderAclsPage(topics)],
    ['deploy/k8s/overlays/production/kafka-users.yaml', renderKafkaUsers(topics)],
    ['docs/reference/errors.md', renderErrorsPage()],
    ['docs/reference/rights.md', renderRightsPage(read('contracts/rights.yaml'))],
    ...RECORD_NAMES.map((name): [string, string] => [
      `docs/reference/schemas/${name}.schema.json`,
      `${JSON.stringify(jsonSchemaOf(name), null, 2)}\n`,
    ]),
    ['docs/reference/instruments.md', renderInstrumentsPage()],
    ['docs/reference/strategies.md', renderStrategiesPage()],
    ['docs/reference/expressions.md', renderReference()],
    ['docs/reference/config.md', renderConfigPage()],
    ['docs/reference/telemetry.md', renderTelemetryPage()],
  ]);
}
