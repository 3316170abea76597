import { generatePages } from './pages.ts';
import { generateSources } from './sources.ts';

/** Every generated file, by its path from the repository's root. */
export function generate(root: string): Map<string, string> {
  return new Map([...generateSources(root), ...generatePages(root)]);
}
