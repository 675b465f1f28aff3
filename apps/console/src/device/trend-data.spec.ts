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
    const [seconds, , , mean] = columnsOf([bucket(0, 10), bucket(60, 12)]);
    expect(seconds).toEqual([0, 600, 3600]);
    expect(mean).toEqual([10, null, 12]);
  });
});
