import { describe, expect, it } from 'vitest';
import { driftYears, horizons, persistence, seasonalNaive, seasonalNaiveWithDrift } from '../../examples/mauna-loa/baselines.js';
import { indexOf, loadMaunaLoa, nameOf, parseRecord, valueAt } from '../../examples/mauna-loa/data.js';
import type { MonthlyRecord } from '../../examples/mauna-loa/data.js';
import { fitScaling } from '../../examples/mauna-loa/features.js';
import { plot } from '../../examples/mauna-loa/plot.js';
import { randomStream } from '../../examples/random.js';
import { resultTable, verdict } from '../../examples/mauna-loa/report.js';
import { score } from '../../examples/mauna-loa/score.js';
import { splitOrigins, windowMonths } from '../../examples/mauna-loa/split.js';
import { lastStep, windowInputs, windowTargets, withNoise } from '../../examples/mauna-loa/windows.js';

const record = loadMaunaLoa();
const split = splitOrigins(record);
const scaling = fitScaling(record, split.training);

/** The record with every value from index `start` on replaced by nonsense. */
function spoiledFrom(start: number): MonthlyRecord {
  return { ...record, ppm: record.ppm.map((ppm, t) => (t < start ? ppm : 1e6 + 37 * t)) };
}

describe('the monthly grid', () => {
  const header = 'Date,CO2,adjusted CO2\n';

  it('covers every month from the first to the last, and marks those that were not measured', () => {
    const missing = Array.from(record.ppm.keys())
      .filter((t) => record.observed[t] === false)
      .map((t) => nameOf(record, t));
    expect(missing).toEqual(['1958-06', '1958-10', '1964-02', '1964-03', '1964-04']);
    expect(nameOf(record, 0)).toBe('1958-03');
    expect(nameOf(record, record.ppm.length - 1)).toBe('2020-04');
    expect(record.observed).toHaveLength(record.ppm.length);
  });

  it('keeps the measured values under their months', () => {
    expect(record.ppm[indexOf(record, 1958, 3)]).toBe(315.7);
    expect(record.ppm[indexOf(record, 1964, 5)]).toBe(322.26);
    expect(record.ppm[indexOf(record, 2020, 4)]).toBe(416.18);
  });

  it('fills a gap on the straight line between its neighbours, across the turn of a year', () => {
    const { ppm, observed } = parseRecord(`${header}1999-11-01,300,1\n2000-03-01,308,1\n2000-04-01,307,1\n`);
    expect(Array.from(ppm)).toEqual([300, 302, 304, 306, 308, 307]);
    expect(observed).toEqual([true, false, false, false, true, true]);
  });

  it.each([
    ['a value that is no number', '2000-01-01,n/a,1', /line 2.*n\/a/],
    ['a month that does not exist', '2000-13-01,300,1', /line 2.*2000-13/],
    ['a month given twice', '2000-01-01,300,1\n2000-01-01,300,1', /line 3: 2000-01 does not come after 2000-01/],
    ['months out of order', '2000-02-01,300,1\n2000-01-01,300,1', /line 3: 2000-01 does not come after 2000-02/],
    ['no rows', '', /no rows/],
  ])('refuses %s', (_, rows, message) => {
    expect(() => parseRecord(header + rows)).toThrow(message);
  });
});

describe('the baselines', () => {
  const months = 12 * driftYears + 24;
  const season = (t: number): number => 3 * Math.sin((2 * Math.PI * t) / 12);
  const series = (value: (t: number) => number): Float64Array => Float64Array.from({ length: months }, (_, t) => value(t));
  const coming = (value: (t: number) => number): number[] => Array.from({ length: horizons }, (_, k) => value(months + k));

  it('persistence is exact on a constant', () => {
    expect(Array.from(persistence(series(() => 7)))).toEqual(coming(() => 7));
  });

  it('seasonal naive is exact on a season, and a year of growth behind on a trend', () => {
    const forecast = seasonalNaive(series((t) => season(t) + t / 6));
    for (const [k, value] of coming((t) => season(t) + t / 6).entries()) expect(forecast[k]).toBeCloseTo(value - 2, 10);
  });

  it('seasonal naive with drift is exact on a season and a straight trend', () => {
    const forecast = seasonalNaiveWithDrift(series((t) => season(t) + t / 6));
    for (const [k, value] of coming((t) => season(t) + t / 6).entries()) expect(forecast[k]).toBeCloseTo(value, 10);
  });

  it('refuses a past that is too short, instead of forecasting NaN', () => {
    expect(() => seasonalNaive(new Float64Array(11))).toThrow(RangeError);
    expect(() => seasonalNaiveWithDrift(new Float64Array(12 * driftYears))).toThrow(RangeError);
  });
});

describe('the split', () => {
  const validationStart = indexOf(record, 2000, 1);
  const testStart = indexOf(record, 2010, 1);

  it('forecasts from every month of 2010 or later that has twelve months after it', () => {
    expect(split.test.map((origin) => nameOf(record, origin))).toEqual(
      Array.from({ length: 112 }, (_, k) => `${2010 + Math.floor(k / 12)}-${String((k % 12) + 1).padStart(2, '0')}`),
    );
    expect((split.test.at(-1) ?? NaN) + horizons).toBe(record.ppm.length - 1);
  });

  it('trains on nothing from 2000 on: inputs, targets and scaling stay the same whatever came then', () => {
    const spoiled = spoiledFrom(validationStart);
    expect(fitScaling(spoiled, split.training)).toEqual(scaling);
    expect(windowInputs(spoiled, split.training, scaling)).toEqual(windowInputs(record, split.training, scaling));
    expect(windowTargets(spoiled, split.training, scaling)).toEqual(windowTargets(record, split.training, scaling));
  });

  it('validates on nothing from 2010 on, and on no month that it trained on', () => {
    const spoiled = spoiledFrom(testStart);
    expect(windowTargets(spoiled, split.validation, scaling)).toEqual(windowTargets(record, split.validation, scaling));
    expect(Math.min(...split.validation) + 1).toBe(validationStart);
    expect(Math.max(...split.training) + horizons).toBeLessThan(validationStart);
  });

  it('uses the last month before each boundary', () => {
    expect(Math.max(...split.training) + horizons).toBe(validationStart - 1);
    expect(Math.max(...split.validation) + horizons).toBe(testStart - 1);
  });

  it('never asks a training window for a month that was not measured', () => {
    for (const origin of split.training) {
      for (let t = origin - windowMonths + 2; t <= origin + horizons; t++) expect(record.observed[t]).toBe(true);
    }
  });
});

describe('the windows', () => {
  it('read nothing after their origin', () => {
    for (const origin of [split.test[0] ?? 0, split.test[60] ?? 0]) {
      expect(windowInputs(spoiledFrom(origin + 1), [origin], scaling)).toEqual(windowInputs(record, [origin], scaling));
      expect(windowInputs(spoiledFrom(origin), [origin], scaling)).not.toEqual(windowInputs(record, [origin], scaling));
    }
  });

  it('are time-major: a window of a batch is the window alone', () => {
    const origins = split.validation.slice(0, 3);
    const together = windowTargets(record, origins, scaling);
    for (const [column, origin] of origins.entries()) {
      const alone = windowTargets(record, [origin], scaling);
      expect(lastStep(together, origins.length, horizons)[column]).toEqual(lastStep(alone, 1, horizons)[0]);
    }
  });

  it('have targets that give back the record when added to seasonal naive with drift', () => {
    const [origin = 0] = split.test;
    const [target = new Float32Array()] = lastStep(windowTargets(record, [origin], scaling), 1, horizons);
    const anchor = seasonalNaiveWithDrift(record.ppm.slice(0, origin + 1));
    for (const [k, ppm] of anchor.entries()) {
      const restored = ppm + scaling.correction.mean + scaling.correction.deviation * valueAt(target, k);
      expect(restored).toBeCloseTo(valueAt(record.ppm, origin + k + 1), 4);
    }
  });

  it('take noise on the anomaly alone', () => {
    const inputs = windowInputs(record, split.training.slice(0, 2), scaling);
    const noisy = withNoise(inputs, 0.5, () => 2);
    for (const [k, value] of noisy.entries()) expect(value - valueAt(inputs, k)).toBeCloseTo(k % 3 === 0 ? 1 : 0, 5);
  });
});

describe('the score', () => {
  const months = Array.from({ length: 30 }, (_, t) => t);
  const flat: MonthlyRecord = { firstMonth: 0, ppm: new Float64Array(30).fill(10), observed: months.map((t) => t !== 3) };

  it('is the root mean squared error by horizon and overall', () => {
    const result = score(flat, new Map([
      [10, new Float64Array(horizons).fill(13)],
      [12, new Float64Array(horizons).fill(6)],
    ]));
    for (const rmse of result.byHorizon) expect(rmse).toBeCloseTo(Math.sqrt(12.5), 12);
    expect(result.overall).toBeCloseTo(Math.sqrt(12.5), 12);
  });

  it('leaves out months that were interpolated', () => {
    const wrongAtMonth3 = Float64Array.from({ length: horizons }, (_, k) => (k === 2 ? 99 : 11));
    const right = new Float64Array(horizons).fill(11);
    const result = score(flat, new Map([[0, wrongAtMonth3], [5, right]]));
    expect(result).toEqual({ overall: 1, byHorizon: new Array<number>(horizons).fill(1) });
  });
});

describe('the report', () => {
  const of = (name: string, rmse: number) => {
    return { name, score: { overall: rmse, byHorizon: new Array<number>(horizons).fill(rmse) } };
  };

  it('lines the columns up', () => {
    const widths = resultTable([of('a', 1), of('a longer name', 12.5)]).split('\n').map((line) => line.length);
    expect(new Set(widths).size).toBe(1);
  });

  it('says so when the network loses', () => {
    expect(verdict(of('LSTM', 0.5), of('drift', 1))).toMatch(/LSTM beats drift: error lower by 50\.0 %/);
    expect(verdict(of('LSTM', 2), of('drift', 1))).toMatch(/does NOT beat/);
  });

  it('plots every contender and one forecast a year, without a coordinate that is no number', () => {
    const forecasts = new Map(split.test.map((origin) => [origin, seasonalNaive(record.ppm.subarray(0, origin + 1))]));
    const svg = plot(record, forecasts, [of('first & only', 1), of('LSTM', 0.5)]);
    expect(svg).toContain('first &amp; only');
    expect(svg).not.toMatch(/NaN|undefined|Infinity/);
    expect(svg.match(/<circle/g)).toHaveLength(1 + 10); // the legend, then 2010 to 2019
  });
});

describe('the random stream', () => {
  it('repeats itself from the same seed, and differs between seeds', () => {
    const draw = (seed: number): number[] => Array.from({ length: 5 }, randomStream(seed).gaussian);
    expect(draw(1)).toEqual(draw(1));
    expect(draw(1)).not.toEqual(draw(2));
  });

  it('has the moments of a standard Gaussian', () => {
    const { gaussian } = randomStream(3);
    const values = Array.from({ length: 20_000 }, gaussian);
    const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
    const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / values.length;
    expect(Math.abs(mean)).toBeLessThan(0.03);
    expect(Math.abs(variance - 1)).toBeLessThan(0.05);
  });

  it('shuffles without losing or doubling an item', () => {
    const items = Array.from({ length: 50 }, (_, k) => k);
    const shuffled = randomStream(5).shuffle(items);
    expect(shuffled).not.toEqual(items);
    expect([...shuffled].sort((a, b) => a - b)).toEqual(items);
  });
});
