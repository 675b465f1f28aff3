import { DISTRICTS, findDistrict } from './districts.js';

describe('districts', () => {
  it('are the 18 of the city, with names in three languages', () => {
    expect(DISTRICTS.map(({ code }) => code).join('')).toBe('ABCDEFGHJKLMNPQRST');
    expect(new Set(DISTRICTS.flatMap(({ titles }) => titles.en)).size).toBe(18);
    expect(DISTRICTS.find(({ code }) => code === 'E')!.titles).toEqual({
      en: 'Yau Tsim Mong',
      'zh-Hant': '油尖旺區',
      'zh-Hans': '油尖旺区',
    });
  });

  it.each([
    ['A', 'Hong Kong Zoological and Botanical Gardens', 22.2779, 114.1566],
    ['B', 'Happy Valley Racecourse', 22.2728, 114.1817],
    ['C', 'Quarry Bay Park', 22.2895, 114.2175],
    ['D', 'Ocean Park', 22.2467, 114.1757],
    ['E', 'Mong Kok Police Station', 22.3236, 114.1682],
    ['F', 'Sham Shui Po Park', 22.3345, 114.1577],
    ['G', 'Kowloon Walled City Park', 22.3321, 114.1903],
    ['H', 'Wong Tai Sin Temple', 22.3427, 114.1937],
    ['J', 'Kwun Tong Recreation Ground', 22.3155, 114.2266],
    ['K', 'Tsuen Wan Park', 22.3705, 114.1115],
    ['L', 'Tuen Mun Town Hall', 22.3915, 113.9767],
    ['M', 'Yuen Long Park', 22.4411, 114.0187],
    ['N', 'North District Park', 22.5003, 114.1297],
    ['P', 'Tai Po Waterfront Park', 22.4522, 114.1796],
    ['Q', 'Sai Kung Town Hall', 22.3815, 114.2705],
    ['R', 'Sha Tin Town Hall', 22.3811, 114.1893],
    ['S', 'Kwai Chung Sports Ground', 22.3597, 114.1283],
    ['T', 'Tung Chung North Park', 22.2918, 113.9437],
  ])('%s holds %s', (code, _place, latitude, longitude) => {
    expect(findDistrict(latitude, longitude)).toBe(code);
  });

  it('takes the nearest when the position is in no polygon', () => {
    // The sea east of Sai Kung, the sea south of Cheung Chau, Shenzhen, and the other side of the world.
    expect(findDistrict(22.3, 114.6)).toBe('Q');
    expect(findDistrict(22.19, 114.02)).toBe('T');
    expect(findDistrict(22.56, 114.13)).toBe('N');
    expect(DISTRICTS.map(({ code }) => code)).toContain(findDistrict(-22, -66));
  });
});
