/** What a golden suite found: how many cases agree, and each one that does not. */
export interface SuiteResult {
  passed: number;
  failed: { id: string; why: string }[];
}

/** Where a suite may look for the files that its golden file names. */
export interface SuiteContext {
  /** Folder of the golden file. */
  dir: string;
}

/** A suite: one module of this folder, named as its golden file, exports one of these as `run`. */
export type RunSuite = (
  golden: unknown,
  context: SuiteContext,
) => SuiteResult | Promise<SuiteResult>;

/** Collects the verdicts of a suite case by case. */
export class Cases implements SuiteResult {
  passed = 0;
  readonly failed: { id: string; why: string }[] = [];

  /** Compares by JSON text, so that lists and objects count as equal when they read the same. */
  equal(id: string, found: unknown, expected: unknown): void {
    const [foundText, expectedText] = [JSON.stringify(found), JSON.stringify(expected)];
    if (foundText === expectedText) this.passed += 1;
    else this.fail(id, `expected ${expectedText}, found ${foundText}`);
  }

  fail(id: string, why: string): void {
    this.failed.push({ id, why });
  }
}
