import { describe, expect, it } from '@jest/globals';
import { newClusterId } from './broker.ts';

describe('the id of a new cluster', () => {
  it('never begins with a hyphen, which the format tool would take for an option', () => {
    // The first six bits of the first are those of the hyphen.
    const uuids = ['f8000000-0000-4000-8000-000000000000', '10000000-0000-4000-8000-000000000000'];
    expect(newClusterId(() => uuids.shift() ?? '')).toBe('EAAAAAAAQACAAAAAAAAAAA');
    expect(uuids).toEqual([]);
  });
});
