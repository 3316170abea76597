/** Alert rules, their examples, and the /metrics page of every running service against promtool. */
import { join } from 'node:path';
import { runningMesh } from './src/running-mesh.mjs';
import { promtool, run } from './src/tools.mjs';

/** The registry is other people's, and the development issuer has none: Prometheus is pointed at neither. */
const WITHOUT_METRICS = ['registry', 'issuer'];

export async function verify(root, log) {
  const program = await promtool(root, log);
  const folder = join(root, 'deploy', 'prometheus');
  const rules = await run(program, ['check', 'rules', 'rules.yml'], { cwd: folder });
  const examples = await run(program, ['test', 'rules', 'rules.test.yml'], { cwd: folder });
  const verdicts = [
    { name: 'alert rules', ok: rules.code === 0, detail: rules.code === 0 ? '' : rules.output },
    {
      name: 'examples of the alerts',
      ok: examples.code === 0,
      detail: examples.code === 0 ? '' : examples.output,
    },
  ];
  const { services } = await runningMesh(log);
  for (const { name, addresses } of services) {
    if (addresses.http === undefined || WITHOUT_METRICS.includes(name)) continue;
    verdicts.push(await checkMetrics(program, name, `${addresses.http}/metrics`));
  }
  return verdicts;
}

async function checkMetrics(program, name, url) {
  let page;
  try {
    page = await (await fetch(url, { signal: AbortSignal.timeout(10_000) })).text();
  } catch (error) {
    const detail = `${url}: ${error.cause?.message ?? error.message}`;
    return { name: `/metrics of ${name}`, ok: false, detail };
  }
  const { code, output } = await run(program, ['check', 'metrics'], { input: page });
  const series = page.split('\n').filter((line) => line !== '' && !line.startsWith('#')).length;
  const ok = code === 0 && series > 0;
  return {
    name: `/metrics of ${name}`,
    ok,
    detail: ok ? `${series} series` : output || 'it is empty',
  };
}
