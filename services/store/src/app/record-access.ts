/** Who owns the records of the mesh, and who reads which, by configuration. */
export interface RecordAccess {
  readonly owner: string;
  readonly readers: readonly string[];
  readonly accounts: ReadonlyMap<string, readonly string[]>;
  readonly strategies: ReadonlyMap<string, readonly string[]>;
}

/** The owner reads what is his without a share. */
export function readersOf(
  access: RecordAccess,
  record: { readonly account: string | null; readonly strategyId: string | null },
): string[] {
  const names = new Set([
    ...access.readers,
    ...(access.accounts.get(record.account ?? '') ?? []),
    ...(access.strategies.get(record.strategyId ?? '') ?? []),
  ]);
  names.delete(access.owner);
  return [...names];
}
