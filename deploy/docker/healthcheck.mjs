/** Asks the service in this container, or on this machine, whether it is ready: exit 0 when it is, 1 when not. */
const { HTTP_PORT } = process.env;

try {
  const answer = await fetch(`http://127.0.0.1:${HTTP_PORT}/health/ready`, {
    signal: AbortSignal.timeout(4_000),
  });
  if (!answer.ok) process.stderr.write(`${answer.status} ${await answer.text()}\n`);
  process.exitCode = answer.ok ? 0 : 1;
} catch (error) {
  process.stderr.write(`${error.cause?.message ?? error.message}\n`);
  process.exitCode = 1;
}
