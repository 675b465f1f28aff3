import { KindMemory } from './kind-memory.js';

describe('the memory of the devices of a kind', () => {
  it('keeps devices apart, and everything when a new name makes it wider', () => {
    const memory = new KindMemory(3);
    for (let name = 0; name < 40; name++)
      for (let device = 0; device < 3; device++) memory.focus(device).set(`n${name}`, 100 * device + name);
    for (let name = 0; name < 40; name++)
      for (let device = 0; device < 3; device++) expect(memory.focus(device).get(`n${name}`)).toBe(100 * device + name);
  });

  it('knows what was never set and what was deleted, and can be chained', () => {
    const memory = new KindMemory(2).focus(0).set('a', 1).set('b', 0);
    expect([memory.has('a'), memory.has('c'), memory.get('b')]).toEqual([true, false, 0]);
    expect(memory.delete('a')).toBe(true);
    expect(memory.delete('a')).toBe(false);
    expect(memory.get('a')).toBeUndefined();
    expect(memory.focus(1).get('b')).toBeUndefined();
  });
});
