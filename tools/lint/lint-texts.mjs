/**
 * Lints texts as if they stood in files of the repository: reads `[{ file, text }]` as JSON from standard
 * input, writes the rule ids and lines found for each. One process for all, because typed linting starts slowly.
 */
import { text } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { ESLint } from 'eslint';

const eslint = new ESLint({ cwd: fileURLToPath(new URL('../../', import.meta.url)) });
const results = [];
for (const { file, text: source } of JSON.parse(await text(process.stdin))) {
  const [result] = await eslint.lintText(source, { filePath: file });
  results.push(
    result?.messages.map(({ ruleId, message, line }) => ({ rule: ruleId ?? message, line })) ?? [],
  );
}
process.stdout.write(JSON.stringify(results));
