/** How the launcher talks to people: aligned lines, no colour codes, so that a log file reads the same. */
import { join, relative } from 'node:path';
import { ERRORS, type Fault } from '@tickmesh/kernel';
import type { Mesh } from './launch.ts';
import type { RunningMesh, RunningService } from './running-file.ts';
import type { PartEvent } from './supervisor.ts';

/** Rows with aligned columns, two blanks between them. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths: number[] = [];
  for (const row of rows) {
    row.forEach((cell, column) => (widths[column] = Math.max(widths[column] ?? 0, cell.length)));
  }
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
}

/** One event as lines; `sinceMs` is the time since the start. */
export function eventLines(event: PartEvent, sinceMs: number): string[] {
  const name = event.part.padEnd(NAME_WIDTH);
  switch (event.kind) {
    case 'ready':
    case 'completed':
      return [`  ${name} ${event.kind.padEnd(10)}${(sinceMs / 1000).toFixed(1).padStart(5)} s`];
    case 'recovered':
    case 'stopped':
      return [`  ${name} ${event.kind}`];
    case 'unhealthy':
    case 'failed':
      return [`  ${name} ${event.kind}: ${event.reason}`];
    case 'died': {
      const how = event.exit.signal ?? `exit code ${String(event.exit.code)}`;
      const next =
        event.restartInMs === undefined
          ? 'it is not restarted'
          : `restarting in ${String(event.restartInMs / 1000)} s`;
      return [
        `  ${name} died (${how}), ${next}; its last lines:`,
        ...event.lastLines.map((line) => `    ${line}`),
      ];
    }
  }
}

/** The sentence of a fault, then its facts, each on lines of its own: a compiler's or a log's words have many. */
export function faultLines(fault: Fault): string[] {
  const facts = Object.entries(fault.details).flatMap(([name, value]) => {
    const lines = (typeof value === 'string' ? value : JSON.stringify(value)).split('\n');
    return lines.length === 1
      ? [`  ${name}: ${lines.join('')}`]
      : [`  ${name}:`, ...lines.map((line) => `    ${line}`)];
  });
  return [ERRORS[fault.code].says, ...facts];
}

const NAME_WIDTH = 16;

export function addressLines(services: readonly RunningService[]): string[] {
  const rows = services
    .filter(({ addresses }) => Object.keys(addresses).length > 0)
    .map(({ name, addresses }) => [
      `  ${name}`,
      ...Object.entries(addresses).map(([kind, address]) =>
        kind === 'http' || kind === name ? address : `${kind} ${address}`,
      ),
    ]);
  return table(rows);
}

export function readyLines(mesh: Mesh, sinceMs: number, meshDir: string): string[] {
  const docker =
    mesh.dockerOnly.length === 0 ? [] : [`  Only with Docker: ${mesh.dockerOnly.join(', ')}.`];
  return [
    `Ready in ${(sinceMs / 1000).toFixed(1)} s.`,
    '',
    ...addressLines(mesh.services),
    ...docker,
    '',
    `  Logs: ${relative(process.cwd(), join(meshDir, 'logs'))}`,
    '  Look: npx mesh health, npx mesh tail exec_reports',
    '  Stop: Ctrl-C, or npm stop',
  ];
}

export function alreadyRunningLines(running: RunningMesh): string[] {
  return [
    `The mesh already runs from this folder (process ${String(running.launcher.pid)}, since ${running.startedAt}):`,
    '',
    ...addressLines(running.services),
    '',
    '  Stop it with: npm stop',
  ];
}
