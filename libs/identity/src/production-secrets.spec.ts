import { describe, expect, it } from '@jest/globals';
import { checkProductionSecrets, requireProductionSecrets } from './production-secrets.js';

const sound = {
  NODE_ENV: 'production',
  LAMPLIGHTER_ADMIN_PASSWORD: 'k7mp-x3qd-9ram-2bqe',
  LAMPLIGHTER_SERVICE_KEY: 'Vb5mH0d9Qk3sYw1xT7uZ2cN8',
  LAMPLIGHTER_TIMESERIES: 'influxdb',
  INFLUX_TOKEN: 'yQd2-Jm4kP8sXw6vB1nC',
  LAMPLIGHTER_REGISTRY: 'postgres://lamplighter:r4Tn-8sKd-2mQx@db/lamplighter',
};

describe('T08 credentials in production', () => {
  it('takes sound ones, and none where the platform makes its own', () => {
    expect(checkProductionSecrets(sound)).toEqual([]);
    expect(checkProductionSecrets({ NODE_ENV: 'production' })).toEqual([]);
  });

  it('lists all faults at once, without the secrets', () => {
    const act = (): void =>
      requireProductionSecrets({
        ...sound,
        LAMPLIGHTER_ADMIN_PASSWORD: 'Admin123',
        LAMPLIGHTER_SERVICE_KEY: '',
        INFLUX_TOKEN: 'lamplighter1',
        LAMPLIGHTER_REGISTRY: 'postgres://u:lamplighter1@db/x',
        LAMPLIGHTER_MQTT_OPEN: '1',
      });
    expect(act).toThrow(
      expect.objectContaining({
        code: 'bad-configuration',
        message: [
          'The credentials are not fit for production.',
          'LAMPLIGHTER_ADMIN_PASSWORD: is a default that everybody knows',
          'LAMPLIGHTER_SERVICE_KEY: is empty',
          'INFLUX_TOKEN: is a default that everybody knows',
          'LAMPLIGHTER_REGISTRY (password): is a default that everybody knows',
          'INFLUX_TOKEN and LAMPLIGHTER_REGISTRY (password): share one secret',
          'LAMPLIGHTER_MQTT_OPEN: lets everybody in without credentials',
        ].join('\n  '),
      }),
    );
  });

  it.each([
    ['short', 'LAMPLIGHTER_ADMIN_PASSWORD', 'x7!pQ', 'has fewer than 12 characters'],
    ['monotonous', 'LAMPLIGHTER_ADMIN_PASSWORD', 'aaaaaaaaaaaaaaaa', 'repeats a few characters'],
    ['without a password', 'LAMPLIGHTER_REGISTRY', 'postgres://lamplighter@db/x', 'is empty'],
    ['absent', 'INFLUX_TOKEN', undefined, 'is missing'],
  ])('names one that is %s', (_case, variable, value, fault) => {
    const faults = checkProductionSecrets({ ...sound, [variable]: value });
    expect(faults).toHaveLength(1);
    expect(faults[0]).toContain(variable);
    expect(faults[0]).toContain(fault);
  });

  it('leaves development alone', () => {
    expect(checkProductionSecrets({ LAMPLIGHTER_ADMIN_PASSWORD: 'admin' })).toEqual([]);
  });
});
