import type { Command } from 'commander';
import { checkPorts, checkPrerequisites, readCompose, REPOSITORY_ROOT } from '@tickmesh/local';
import { faultOf } from '@tickmesh/kernel';
import { join } from 'node:path';
import { commandLineConfig, runningMesh } from '../connect.ts';
import { type Output, json, terminal } from '../output.ts';
import { type CommonOptions, run } from '../run.ts';

interface Finding {
  readonly name: string;
  readonly ok: boolean;
  readonly found: string;
  /** What to do; empty when all is well. */
  readonly cure: string;
}

/** `mesh doctor`: what stops this machine from running the mesh, and the cure. */
export function register(program: Command, output: Output = terminal): void {
  program
    .command('doctor')
    .description(
      'What stops this machine from running the mesh, and the cure; exit 1 if anything does',
    )
    .option('--json', 'one JSON text')
    .action((options: CommonOptions) => run(options, output, () => doctor(options, output)));
}

async function doctor(options: CommonOptions, output: Output): Promise<number> {
  const findings: Finding[] = [
    ...(await checkPrerequisites()),
    checkConfiguration(),
    await checkOwnPorts(),
  ];
  if (options.json === true) output.line(json(findings));
  else {
    for (const { name, ok, found, cure } of findings) {
      output.line(`${ok ? 'ok  ' : 'FAIL'}  ${name}: ${found}`);
      if (!ok) output.line(`      cure: ${cure}`);
    }
  }
  return findings.every(({ ok }) => ok) ? 0 : 1;
}

function checkConfiguration(): Finding {
  try {
    commandLineConfig();
    return { name: 'configuration', ok: true, found: 'every variable is sound', cure: '' };
  } catch (thrown) {
    const { details } = faultOf(thrown);
    const problems = Array.isArray(details['problems']) ? details['problems'] : [details];
    return {
      name: 'configuration',
      ok: false,
      found: problems.map((problem) => JSON.stringify(problem)).join('; '),
      cure: 'set or unset the variables named; docs/reference/config.md lists them all',
    };
  }
}

async function checkOwnPorts(): Promise<Finding> {
  const name = 'ports';
  if (runningMesh() !== undefined) {
    return { name, ok: true, found: 'in use by the mesh that runs from this clone', cure: '' };
  }
  try {
    const compose = readCompose(join(REPOSITORY_ROOT, 'docker-compose.yml'));
    const services = [...compose.services.values()].filter(({ profiles }) => profiles.length === 0);
    await checkPorts(
      services.flatMap((service) =>
        service.ports.map(({ published, variable }) => ({
          service: service.name,
          port: published,
          variable,
        })),
      ),
    );
    return { name, ok: true, found: 'free', cure: '' };
  } catch (thrown) {
    const fault = faultOf(thrown);
    return {
      name,
      ok: false,
      found: fault.message,
      cure: 'end what holds the port, or set its variable',
    };
  }
}
