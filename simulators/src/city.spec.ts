import { DISTRICTS, findDistrict, TOPIC_LEVEL } from '#core';
import { findDepartment, findKind } from '#kinds';
import { buildCity } from './city.js';
import { PLACES } from './places.js';

describe('the simulated city', () => {
  it('is the same for the same seed and another for another', () => {
    expect(buildCity(60, 'hong-kong')).toEqual(buildCity(60, 'hong-kong'));
    expect(buildCity(60, 'hong-kong')).not.toEqual(buildCity(60, 'kowloon'));
  });

  it('keeps its devices when it grows', () => {
    expect(buildCity(400, 'hong-kong').slice(0, 60)).toEqual(buildCity(60, 'hong-kong'));
  });

  it('has all 25 real lampposts, all four kinds and all 18 districts at its default size', () => {
    const city = buildCity(60, 'hong-kong');
    expect(city.filter((device) => /^[A-Z]{1,2}\d{4}$/.test(device.id))).toHaveLength(25);
    expect(new Set(city.map((device) => device.kind)).size).toBe(4);
    expect([...new Set(city.map((device) => findDistrict(device.latitude, device.longitude)))].sort()).toEqual(
      DISTRICTS.map(({ code }) => code),
    );
  });

  it('has unique ids that fit topics, and known kinds and departments', () => {
    const city = buildCity(2000, 'hong-kong');
    expect(new Set(city.map((device) => device.id)).size).toBe(2000);
    for (const device of city) {
      expect(device.id).toMatch(TOPIC_LEVEL);
      expect(findKind(device.kind)?.name).toBe(device.kind);
      expect(findDepartment(device.department)?.id).toBe(device.department);
    }
  });

  it.each(PLACES.map((place) => [place.name, place] as const))('%s lies in its district', (_name, place) => {
    expect(findDistrict(place.latitude, place.longitude)).toBe(place.district);
  });
});
