import { DISTRICTS, findDistrict, TOPIC_LEVEL } from '#core';
import { admissibleKinds, deviceKinds, findDepartment, findKind } from '#kinds';
import { CITY_MIX, cityMix } from './city-mix.js';
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

  it.each([60, 100])('of %i devices has the 25 real lampposts, every kind and all 18 districts', (size) => {
    const city = buildCity(size, 'hong-kong');
    expect(city.filter((device) => /^[A-Z]{1,2}\d{4}$/.test(device.id))).toHaveLength(25);
    expect([...new Set(city.map((device) => device.kind))].sort()).toEqual(
      admissibleKinds(deviceKinds, new Map()).map(({ name }) => name),
    );
    expect([...new Set(city.map((device) => findDistrict(device.latitude, device.longitude)))].sort()).toEqual(
      DISTRICTS.map(({ code }) => code),
    );
  });

  it('has kinds that could identify people only when they are approved (THREATS 40)', () => {
    const kindsOf = (approved: string) => buildCity(100, 'hong-kong', cityMix(approved)).map(({ kind }) => kind);
    expect(kindsOf('')).not.toContain('journey-time');
    expect(kindsOf('journey-time=PIA/2026/3')).toContain('journey-time');
  });

  it('gives its devices a place, and a street where there is one', () => {
    const city = buildCity(2000, 'hong-kong');
    const tagsOf = (prefix: string, place: string) =>
      city.find(({ id, tags }) => id.startsWith(prefix) && tags?.['place'] === place)?.tags;
    expect(tagsOf('PKS', 'Causeway Bay, Lockhart Road')).toEqual({
      place: 'Causeway Bay, Lockhart Road',
      street: 'Lockhart Road',
    });
    expect(tagsOf('LPN', 'Hong Kong Park')).toEqual({ place: 'Hong Kong Park' });
  });

  it('has its kinds in proportion when it is large', () => {
    const city = buildCity(5000, 'hong-kong');
    const count = (kind: string): number => city.filter((device) => device.kind === kind).length;
    expect(count('smart-lamppost')).toBe(400);
    const total = CITY_MIX.reduce((sum, { weight }) => sum + weight, 0);
    for (const { kind, weight } of CITY_MIX) {
      expect(Math.abs(count(kind) - (4600 * weight) / total)).toBeLessThan(2);
    }
  });

  it('puts buoys in the sea and hikers on the hills', () => {
    const city = buildCity(2000, 'hong-kong');
    const useOf = ({ name }: { name: string }) => PLACES.find((place) => name.endsWith(`, ${place.name}`))!.use;
    const usesOf = (kind: string) => [...new Set(city.filter((device) => device.kind === kind).map(useOf))];
    expect(usesOf('water-quality-buoy')).toEqual(['waterfront']);
    expect(usesOf('hiker-beacon')).toEqual(['hill']);
    expect(usesOf('village-security')).toEqual(['village']);
  });

  it('tells its kinds apart by the prefix of the id', () => {
    expect(new Set(CITY_MIX.map(({ prefix }) => prefix)).size).toBe(CITY_MIX.length);
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
