/** Sums and moments of short series, and functions of small symmetric matrices. */

/** Rows are periods, oldest first; columns are markets. */
export type Panel = readonly (readonly number[])[];

export const sum = (values: readonly number[]): number =>
  values.reduce((total, value) => total + value, 0);

/** 0 of nothing. */
export const mean = (values: readonly number[]): number =>
  values.length === 0 ? 0 : sum(values) / values.length;

/** Sample deviation; 0 with fewer than two values. */
export function deviation(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const middle = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - middle) ** 2)) / (values.length - 1));
}

/** What a correlation is made of: sums over pairs (x, y), that can be added up. */
export interface PairSums {
  count: number;
  x: number;
  y: number;
  xx: number;
  yy: number;
  xy: number;
}

export const noPairs = (): PairSums => ({ count: 0, x: 0, y: 0, xx: 0, yy: 0, xy: 0 });

export function addPair(sums: PairSums, x: number, y: number): void {
  sums.count += 1;
  sums.x += x;
  sums.y += y;
  sums.xx += x * x;
  sums.yy += y * y;
  sums.xy += x * y;
}

export function addSums(sums: PairSums, more: PairSums): void {
  sums.count += more.count;
  sums.x += more.x;
  sums.y += more.y;
  sums.xx += more.xx;
  sums.yy += more.yy;
  sums.xy += more.xy;
}

/** A variance below this share of the mean square is rounding. */
const FLAT = 1e-12;

/** 0 where one of both does not vary. */
export function correlationOfSums({ count, x, y, xx, yy, xy }: PairSums): number {
  const [varianceX, varianceY] = [xx - (x * x) / count, yy - (y * y) / count];
  if (!(varianceX > FLAT * xx && varianceY > FLAT * yy)) return 0;
  // One root after the other: the product of two tiny variances would be 0.
  const share = (xy - (x * y) / count) / Math.sqrt(varianceX) / Math.sqrt(varianceY);
  return Math.max(-1, Math.min(1, share));
}

/** 0 where one of both does not vary. */
export function correlationOf(a: readonly number[], b: readonly number[]): number {
  const sums = noPairs();
  const [startA = 0, startB = 0] = [a[0], b[0]];
  for (const [i, value] of a.entries()) addPair(sums, value - startA, (b[i] ?? 0) - startB);
  return correlationOfSums(sums);
}

/** Mean over all pairs of columns; 0 with fewer than two columns. */
export function meanCorrelation(panel: Panel): number {
  const columns = (panel[0] ?? []).map((_, at) => panel.map((row) => row[at] ?? 0));
  const pairs = columns.flatMap((a, i) => columns.slice(i + 1).map((b) => correlationOf(a, b)));
  return mean(pairs);
}

export interface Eigen {
  readonly values: readonly number[];
  /** `vectors[k]` belongs to `values[k]`; of length 1, at right angles to each other. */
  readonly vectors: Panel;
}

/** Sweeps of rotations: a symmetric matrix of some dozens of rows needs fewer than ten. */
const SWEEPS_MAX = 50;

/**
 * Eigenvalues and vectors of a symmetric matrix, by cyclic Jacobi rotations (Golub and Van Loan, Matrix Computations,
 * 8.5): each takes one pair of entries off the diagonal to 0, and all together shrink quadratically.
 */
export function symmetricEigen(matrix: Panel): Eigen {
  const size = matrix.length;
  const work = matrix.map((row) => [...row]);
  const vectors = identity(size);
  for (let sweep = 0; sweep < SWEEPS_MAX; sweep++) {
    let rotated = false;
    for (let p = 0; p < size; p++) {
      for (let q = p + 1; q < size; q++) rotated = rotate(work, vectors, p, q) || rotated;
    }
    if (!rotated) break;
  }
  return { values: work.map((row, i) => row[i] ?? 0), vectors };
}

/** The matrix with the same vectors and `change` of each eigenvalue: 1/x inverts it, 1/sqrt(x) whitens. */
export function symmetricFunction(matrix: Panel, change: (value: number) => number): Panel {
  const { values, vectors } = symmetricEigen(matrix);
  const changed = values.map(change);
  return matrix.map((row, i) =>
    row.map((_, j) =>
      sum(vectors.map((vector, k) => (changed[k] ?? 0) * (vector[i] ?? 0) * (vector[j] ?? 0))),
    ),
  );
}

export function dot(a: readonly number[], b: readonly number[]): number {
  let total = 0;
  for (const [i, value] of a.entries()) total += value * (b[i] ?? 0);
  return total;
}

/** Rows times a column. */
export const times = (matrix: Panel, vector: readonly number[]): number[] =>
  matrix.map((row) => dot(row, vector));

export const identity = (size: number): number[][] =>
  Array.from({ length: size }, (_, i) => Array.from({ length: size }, (__, j) => +(i === j)));

/** Takes work[p][q] to 0; false when it is nothing beside the diagonal already. `vectors` holds rows. */
function rotate(work: number[][], vectors: number[][], p: number, q: number): boolean {
  const [app, aqq, apq] = [at(work, p, p), at(work, q, q), at(work, p, q)];
  if (Math.abs(apq) <= Number.EPSILON * Math.sqrt(Math.abs(app * aqq))) return false;
  const theta = (aqq - app) / (2 * apq);
  const tangent = (theta >= 0 ? 1 : -1) / (Math.abs(theta) + Math.hypot(theta, 1));
  const cosine = 1 / Math.hypot(tangent, 1);
  const sine = tangent * cosine;
  for (const row of work) turn(row, { p, q, cosine, sine });
  turnRows(work, { p, q, cosine, sine });
  turnRows(vectors, { p, q, cosine, sine });
  return true;
}

interface Rotation {
  readonly p: number;
  readonly q: number;
  readonly cosine: number;
  readonly sine: number;
}

function turn(row: number[], { p, q, cosine, sine }: Rotation): void {
  const [a, b] = [row[p] ?? 0, row[q] ?? 0];
  row[p] = cosine * a - sine * b;
  row[q] = sine * a + cosine * b;
}

function turnRows(rows: number[][], { p, q, cosine, sine }: Rotation): void {
  const [a, b] = [rows[p] ?? [], rows[q] ?? []];
  rows[p] = a.map((value, i) => cosine * value - sine * (b[i] ?? 0));
  rows[q] = a.map((value, i) => sine * value + cosine * (b[i] ?? 0));
}

const at = (matrix: Panel, i: number, j: number): number => matrix[i]?.[j] ?? 0;
