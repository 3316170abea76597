import { describe, expect, it } from '@jest/globals';
import { type ComposePort, type ComposeService } from '@tickmesh/local';
import { composeDefaults, readText } from './files.ts';

const readme = readText('README.md');
const root = JSON.parse(readText('package.json')) as { scripts: Record<string, string> };

/** Services that run without Docker: those are what most people meet. */
const ports: readonly (readonly [ComposeService, ComposePort])[] = [
  ...composeDefaults().services.values(),
]
  .filter(({ profiles, name }) => profiles.length === 0 && name !== 'kafka-ui')
  .flatMap((service) => service.ports.map((port) => [service, port] as const));

describe('README.md', () => {
  it.each(ports)('names the variable and the default of a port of $name', (_, port) => {
    const [prefix = '', suffix = ''] = port.variable.split(/(?<=_)(?=(?:HTTP|GRPC)_PORT$)/);
    expect([port.variable, readme.includes(prefix) && readme.includes(suffix)]).toEqual([
      port.variable,
      true,
    ]);
    expect([port.variable, readme.includes(` ${String(port.published)}`)]).toEqual([
      port.variable,
      true,
    ]);
  });

  it('names only scripts that package.json has', () => {
    const named = [...readme.matchAll(/npm run ([a-z]+)/g)].map((match) => match[1] ?? '');
    expect(named.length).toBeGreaterThan(0);
    expect(named.filter((name) => !(name in root.scripts))).toEqual([]);
  });

  it('names only options that npm start knows', () => {
    const help = readText('tools', 'local', 'src', 'options.ts');
    const options = [...readme.matchAll(/npm start -- (--[a-z]+)/g)].map((match) => match[1] ?? '');
    expect(options.length).toBeGreaterThan(0);
    expect(options.filter((option) => !help.includes(option))).toEqual([]);
  });
});
