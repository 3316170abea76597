/** What must hold whatever happened on the way. */
import { expect } from '@jest/globals';
import type { Rig } from './rig.ts';

/** One order of 10 at the broker, one position, one content a report id, and the end is FILLED. */
export async function expectOneOrder(rig: Rig, intentId: string): Promise<void> {
  const orders = await rig.database.query('select client_order_id from paper_broker.orders');
  expect(orders).toHaveLength(1);
  const positions = await rig.database.query('select quantity from order_plane.positions');
  expect(positions).toEqual([{ quantity: '10' }]);
  const reports = rig.reports.filter((report) => report.intent_id === intentId);
  const byId = new Map(reports.map((report) => [report.report_id, textOf(report)]));
  for (const report of reports) expect(textOf(report)).toBe(byId.get(report.report_id));
  expect(reports.at(-1)?.status).toBe('FILLED');
}

const textOf = (report: object): string =>
  JSON.stringify(report, (_, value: unknown) =>
    typeof value === 'bigint' ? String(value) : value,
  );
