import type { DeviceIdentity } from '#core';

/** Devices that have a value in common: a street, a place, or the district of those that have neither. */

/** Keys of device tags by which kinds may group. */
const GROUP_TAGS = ['street', 'place'] as const;
export type GroupTag = (typeof GROUP_TAGS)[number];

export interface GroupName {
  /**
   * `<tag>:<kind>:<department>:<slug>`: the identity of its rows. No device has such an id, for ':' is not allowed in one. Devices of
   * different departments are never in one group, so that who may see the department may see the value.
   */
  readonly id: string;
  readonly tag: GroupTag | 'district';
  readonly kind: string;
  readonly department: string;
  /** The value of the tag as written on the first member; the code of the district without a tag. */
  readonly name: string;
}

export interface GroupMember {
  readonly kind: string;
  readonly department: string;
  readonly district: string;
  readonly tags: Readonly<Record<string, string>>;
}

const MAX_SLUG = 80;

/** The group that a device belongs to by a tag; its district's when it has no such tag. */
export function groupOf(tag: GroupTag, { kind, department, district, tags }: GroupMember): GroupName {
  const name = Object.hasOwn(tags, tag) ? tags[tag]!.trim() : '';
  const slug = slugOf(name);
  if (slug === '') return { id: `district:${kind}:${department}:${district}`, tag: 'district', kind, department, name: district }; // prettier-ignore
  return { id: `${tag}:${kind}:${department}:${slug}`, tag, kind, department, name };
}

/** In the middle of its members, in the district of most of them. */
export function groupIdentity(id: string, members: readonly DeviceIdentity[]): DeviceIdentity {
  const mean = (of: 'latitude' | 'longitude') => members.reduce((sum, each) => sum + each[of], 0) / members.length;
  const inDistrict = new Map<string, number>();
  for (const { district } of members) inDistrict.set(district, (inDistrict.get(district) ?? 0) + 1);
  const [[district]] = [...inDistrict].sort(([a, m], [b, n]) => n - m || (a < b ? -1 : 1)) as [[string, number]];
  const { kind, department } = members[0]!;
  return { id, kind, department, district, latitude: mean('latitude'), longitude: mean('longitude') };
}

/** True for the id of a group, which is never that of a device. */
export function isGroupId(id: string): boolean {
  return id.includes(':');
}

/** The parts of a group's id, or null for any other text. */
export function parseGroupId(id: string): Omit<GroupName, 'name'> | null {
  const [tag, kind, department, slug, ...more] = id.split(':');
  if (more.length > 0 || slug === undefined || slug === '') return null;
  if (tag !== 'district' && !(GROUP_TAGS as readonly string[]).includes(tag!)) return null;
  return { id, tag: tag as GroupName['tag'], kind: kind!, department: department! };
}

/** Letters and digits of any script in lower case; 'Nathan Road' and 'nathan road' are one street. */
function slugOf(name: string): string {
  const slug = name
    .normalize('NFKC')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, '-')
    .replace(/^-+|-+$/g, '');
  return [...slug].slice(0, MAX_SLUG).join('');
}
