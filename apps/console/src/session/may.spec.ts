import { mayActAs } from './may';

describe('what a role may do', () => {
  it.each([
    ['viewer', 'engineer', false],
    ['operator', 'engineer', false],
    ['engineer', 'engineer', true],
    ['admin', 'engineer', true],
    ['operator', 'viewer', true],
  ] as const)('%s may do what needs %s: %p', (role, needed, may) => {
    expect(mayActAs({ role }, needed)).toBe(may);
  });

  it('is nothing without a session', () => {
    expect(mayActAs(undefined, 'viewer')).toBe(false);
  });
});
