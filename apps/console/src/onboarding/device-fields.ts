import type { DeviceType } from '../api/device-types';

/** What an id may be, for `pattern` of an input: a level of MQTT topics. */
export const TOPIC_LEVEL = '[A-Za-z0-9][A-Za-z0-9._\\-]{0,63}';

/**
 * The device type that a network server's profile names. Profiles are free text, so nothing less than the id, or vendor and model both, is
 * taken for a match: a wrong suggestion costs more than none.
 */
export function suggestedType<Type extends Pick<DeviceType, 'id' | 'vendor' | 'model'>>(
  types: readonly Type[],
  profile: string | null,
): Type | undefined {
  if (profile === null) return undefined;
  const words = plain(profile);
  return types.find(
    ({ id, vendor, model }) => words === plain(id) || (words.includes(plain(vendor)) && words.includes(plain(model))),
  );
}

const plain = (text: string): string => text.toLocaleLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
