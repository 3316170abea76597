import { describe, expect, it } from '@jest/globals';
import { ClockSkewGate, CompletenessGate, FreshnessGate, FutureTimeGate } from './quality-gates.ts';

const MILLI = 1_000;

describe('The clock skew gate', () => {
  it('finds the offset of a clock that is behind, whatever delays ride on it', () => {
    const gate = new ClockSkewGate(1000 * MILLI, 100);
    expect(gate.verdict()).toMatchObject({ passed: true, value: 0 });
    for (const delay of [40, 5, 90, 3000, 7]) {
      gate.observe({ venueMicros: 0, receivedMicros: (-1270 + delay) * MILLI });
    }
    expect(gate.verdict()).toEqual({
      gate: 'clock_skew',
      passed: false,
      value: -1265 * MILLI,
      limit: 1000 * MILLI,
      unit: 'micros',
      exempt: false,
    });
  });

  it('is not failed by old frames among fresh ones', () => {
    const gate = new ClockSkewGate(100 * MILLI, 100);
    for (const delay of [5, 9000, 9000, 9000]) {
      gate.observe({ venueMicros: 0, receivedMicros: delay * MILLI });
    }
    expect(gate.verdict()).toMatchObject({ passed: true, value: 5 * MILLI });
  });

  it('forgets an offset that was mended within two periods', () => {
    const gate = new ClockSkewGate(100 * MILLI, 10);
    gate.observe({ venueMicros: 0, receivedMicros: -5000 * MILLI });
    for (let i = 0; i < 20; i++) gate.observe({ venueMicros: 0, receivedMicros: 3 * MILLI });
    expect(gate.passed).toBe(true);
  });
});

describe('The freshness gate', () => {
  const filled = (old: number, historical = false): FreshnessGate => {
    const gate = new FreshnessGate(250, 100, historical);
    for (let i = 0; i < 100; i++) gate.observe({ ageMicros: i < old ? 250 : 249 });
    return gate;
  };

  it('passes while the 95th percentile is strictly below the limit', () => {
    expect(filled(5).verdict()).toMatchObject({ passed: true, value: 249 });
    expect(filled(6).verdict()).toMatchObject({ passed: false, value: 250 });
  });

  it('forgets ages beyond its window', () => {
    const gate = filled(100);
    for (let i = 0; i < 95; i++) gate.observe({ ageMicros: 1 });
    expect(gate.passed).toBe(true);
  });

  it('exempts historical data', () => {
    expect(filled(100, true).verdict()).toMatchObject({ passed: true, exempt: true, value: 250 });
  });

  it('passes before it has seen anything', () => {
    expect(new FreshnessGate(250, 10, false).verdict()).toMatchObject({ passed: true, value: 0 });
  });
});

describe('The future time gate', () => {
  it('does not believe a time that is further ahead than its limit', () => {
    const gate = new FutureTimeGate(60);
    expect(gate.accepts(160, 100)).toBe(true);
    expect(gate.accepts(161, 100)).toBe(false);
    expect(gate.refused).toBe(1);
    expect(gate.verdict()).toMatchObject({ passed: false, value: 61, limit: 60 });
    gate.observe({ venueMicros: 0, receivedMicros: 100 });
    expect(gate.passed).toBe(true);
  });
});

describe('The completeness gate', () => {
  it('is the share of what was expected that came', () => {
    const gate = new CompletenessGate(0.95, 1000);
    expect(gate.verdict()).toMatchObject({ passed: true, value: 1 });
    for (let i = 0; i < 19; i++) gate.observe({ expected: 1, received: 1 });
    gate.observe({ expected: 1, received: 0 });
    expect(gate.verdict()).toMatchObject({ passed: true, value: 0.95 });
    gate.observe({ expected: 1, received: 0 });
    expect(gate.passed).toBe(false);
  });

  it('forgets what is two periods old', () => {
    const gate = new CompletenessGate(0.95, 10);
    gate.observe({ expected: 100, received: 0 });
    for (let i = 0; i < 20; i++) gate.observe({ expected: 1, received: 1 });
    expect(gate.share()).toBe(1);
  });
});
