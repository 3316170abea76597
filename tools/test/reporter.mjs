/** Tells the runner, over the channel that it opened, which suite started and how each ended. */
export default class RunnerReporter {
  onTestFileStart(test) {
    send({ event: 'started', suite: test.path });
  }

  onTestFileResult(test, result) {
    send({
      event: 'ended',
      suite: test.path,
      passed: result.numPassingTests,
      failed: result.numFailingTests,
      skipped: result.numPendingTests + result.numTodoTests,
      failures: result.testResults
        .filter((testCase) => testCase.status === 'failed')
        .map((testCase) => testCase.fullName),
      // Not one test case, but the file itself: it does not load, holds no test, or left something behind.
      error: result.testExecError ? firstLine(result) : null,
    });
  }
}

function firstLine(result) {
  const text = result.testExecError.message ?? result.failureMessage ?? 'it could not run';
  return text.trim().split('\n')[0];
}

function send(message) {
  process.send?.(message);
}
