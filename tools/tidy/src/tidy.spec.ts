/** The house is in order. Each test names what is out of place, with what to do about it. */
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { ATTRIBUTES, EVENTS, METRICS, SPANS } from '@tickmesh/telemetry';
import { generate } from '@tickmesh/generate';
import {
  forbiddenLicences,
  forgottenReasons,
  refusedLicences,
  unreasonedDependencies,
} from './dependencies.ts';
import { differingPorts, unreadComposeVariables, unreadManifestVariables } from './environment.ts';
import {
  dividedPins,
  longReadmes,
  loosePins,
  missingPapers,
  missingTags,
  referenceMismatches,
  unbuiltPackages,
  undeclaredImports,
} from './packages.ts';
import { openRepository } from './repository.ts';
import { longFiles, orphanFiles, repeatedTestNames } from './sources.ts';
import { unknownMetrics } from './alerts.ts';
import { unreportedNames } from './telemetry-names.ts';
import { bannedWords, emptyNames, unconventionalNames } from './words.ts';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const repository = openRepository(root);

describe('words and names', () => {
  it('hold none that have a better replacement', () => {
    expect(bannedWords(repository)).toEqual([]);
  });

  it('say what is in a file or folder', () => {
    expect(emptyNames(repository)).toEqual([]);
  });

  it('are in kebab-case', () => {
    expect(unconventionalNames(repository)).toEqual([]);
  });
});

describe('source files', () => {
  it('are short enough to be read', () => {
    expect(longFiles(repository)).toEqual([]);
  });

  it('are all reached from an entry point or a spec', () => {
    expect(orphanFiles(repository)).toEqual([]);
  });

  it('name each of their tests once', () => {
    expect(repeatedTestNames(repository)).toEqual([]);
  });

  it('are as the generator writes them, where they are generated', () => {
    const stale = [...generate(root)]
      .filter(([path, text]) => !repository.paths.includes(path) || repository.read(path) !== text)
      .map(([path]) => `${path}: run npm run generate`);
    expect(stale).toEqual([]);
  });
});

describe('packages', () => {
  it('carry one layer and one plane', () => {
    expect(missingTags(repository)).toEqual([]);
  });

  it('have a README, an index and a tsconfig', () => {
    expect(missingPapers(repository)).toEqual([]);
  });

  it('explain themselves on one screen', () => {
    expect(longReadmes(repository)).toEqual([]);
  });

  it('refer to the projects they depend on and to no others', () => {
    expect(referenceMismatches(repository)).toEqual([]);
  });

  it('are built from the root', () => {
    expect(unbuiltPackages(repository)).toEqual([]);
  });

  it('declare what they import and import what they declare', () => {
    expect(undeclaredImports(repository)).toEqual([]);
  });
});

describe('dependencies', () => {
  it('are pinned to exact versions', () => {
    expect(loosePins(repository)).toEqual([]);
  });

  it('have one version in all packages', () => {
    expect(dividedPins(repository)).toEqual([]);
  });

  it('are free to use', () => {
    expect(refusedLicences(root, repository)).toEqual([]);
  });

  it('bring nothing that binds what we ship', () => {
    expect(forbiddenLicences(root)).toEqual([]);
  });

  it('each have a reason on record', () => {
    expect(unreasonedDependencies(repository)).toEqual([]);
  });

  it('leave no reason behind when they go', () => {
    expect(forgottenReasons(repository)).toEqual([]);
  });
});

describe('the names of telemetry', () => {
  it('are each reported by something', () => {
    const tables = { ATTRIBUTES, EVENTS, METRICS, SPANS };
    expect(unreportedNames(repository, tables)).toEqual([]);
  });
});

describe('alert rules and dashboards', () => {
  it('ask only for metrics that exist', () => {
    expect(unknownMetrics(repository, METRICS)).toEqual([]);
  });
});

describe('the compose file and the manifests', () => {
  it('tell services only what they read', () => {
    expect(unreadComposeVariables(repository)).toEqual([]);
    expect(unreadManifestVariables(repository)).toEqual([]);
  });

  it('have the default ports of the configuration', () => {
    expect(differingPorts(repository)).toEqual([]);
  });
});
