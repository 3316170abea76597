import { describe, expect, it } from '@jest/globals';
import { CALLER_ROLES } from './gen/rights.ts';
import { type CallerRole, type RightsTable, mayCall, rightTo } from './rights.ts';

const TABLE: RightsTable = {
  http: { 'every service': { 'GET /health': 'public' }, desk: { 'POST /halt': ['operator'] } },
  grpc: {},
};

describe('rights', () => {
  it('are those of the service, and those of every service', () => {
    const ask = (service: string, call: string) =>
      rightTo(TABLE, { transport: 'http', service, call });
    expect(ask('desk', 'POST /halt')).toEqual(['operator']);
    expect(ask('desk', 'GET /health')).toBe('public');
    expect(ask('else', 'POST /halt')).toBeUndefined();
    expect(rightTo(TABLE, { transport: 'grpc', service: 'desk', call: 'POST /halt' })).toBe(
      undefined,
    );
  });

  it("are nobody's where the table says nothing, also by names that every object has", () => {
    const everything = Object.keys(CALLER_ROLES) as CallerRole[];
    for (const name of ['constructor', 'toString', '__proto__', 'GET /nowhere']) {
      const right = rightTo(TABLE, { transport: 'http', service: name, call: name });
      expect(mayCall(right, everything)).toBe(false);
    }
  });

  it('ask for one of the roles, for any, or for none', () => {
    expect(mayCall(['operator', 'trader'], ['trader'])).toBe(true);
    expect(mayCall(['operator'], ['trader', 'viewer'])).toBe(false);
    expect([mayCall('any role', ['viewer']), mayCall('any role', [])]).toEqual([true, false]);
    expect(mayCall('public', [])).toBe(true);
  });
});
