export const BANNER = (source: string): string =>
  `// Generated from ${source} by \`npm run generate\`; do not edit.\n`;

/** ExecutionStatus to EXECUTION_STATUS. */
export function constantName(name: string): string {
  return name.replace(/([a-z0-9])([A-Z])/g, '$1_$2').toUpperCase();
}
