/** One line of the bench table: what we do, against a baseline that gives the same answer. */
export interface BenchRow {
  name: string;
  unit: string;
  ours: number;
  baseline: number;
  baselineName: string;
  ratio: number;
  aim: string;
  equal: boolean;
}
