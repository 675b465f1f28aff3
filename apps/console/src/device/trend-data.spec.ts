import { columnsOf } from './trend-data';

describe('columns of the trend', () => {
  const bucket = (minute: number, mean: number) => ({
    time: new Date(minute * 60_000).toISOString(),
    metric: 'pm25',
    mean,
    min: mean - 1,
    max: mean + 1,
  });

  it('are one row a bucket', () => {
    expect(columnsOf([bucket(0, 10), bucket(10, 12)])).toEqual([
      [0, 600],
      [9, 11],
      [11, 13],
      [10, 12],
    ]);
  });

  it('break the line where buckets are missing', () => {
    const [seconds, , , mean] = columnsOf([bucket(0, 10), bucket(10, 11), bucket(70, 12)]);
    expect(seconds).toEqual([0, 600, 1200, 4200]);
    expect(mean).toEqual([10, 11, null, 12]);
  });

  it('join what comes every hour, and break where an hour is missing', () => {
    const [, , , mean] = columnsOf([bucket(0, 1), bucket(60, 2), bucket(120, 3), bucket(240, 4)]);
    expect(mean).toEqual([1, 2, 3, null, 4]);
  });
});
