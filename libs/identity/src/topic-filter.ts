/** Topic names and filters of MQTT 3.1.1 section 4.7. */

/** [MQTT-1.5.3-3] UTF-8 strings carry at most this many bytes. */
const MAX_BYTES = 65_535;

/** A topic that may be published to: not empty, no wildcards [MQTT-3.3.2-2], no U+0000 [MQTT-4.7.3-2]. */
export function isValidTopic(topic: string): boolean {
  return isValidText(topic) && !topic.includes('+') && !topic.includes('#');
}

/** A filter whose wildcards stand alone in their level, `#` only as the last one [MQTT-4.7.1-2] [MQTT-4.7.1-3]. */
export function isValidFilter(filter: string): boolean {
  if (!isValidText(filter)) return false;
  const levels = filter.split('/');
  return levels.every((level, index) => {
    if (level === '#') return index === levels.length - 1;
    return level === '+' || (!level.includes('+') && !level.includes('#'));
  });
}

function isValidText(text: string): boolean {
  return (
    text !== '' && !text.includes('\u0000') && (text.length <= MAX_BYTES / 3 || Buffer.byteLength(text) <= MAX_BYTES)
  );
}

/** Whether a subscription to the (valid) filter receives the (valid) topic. */
export function topicMatches(filter: string, topic: string): boolean {
  const wanted = filter.split('/');
  const levels = topic.split('/');
  // [MQTT-4.7.2-1] A filter that begins with a wildcard never matches a topic that begins with '$'.
  if (topic.startsWith('$') && isWildcard(wanted[0]!)) return false;
  for (let at = 0; at < wanted.length; at++) {
    if (wanted[at] === '#') return true; // also for the parent level: 'a/#' matches 'a'
    if (at >= levels.length) return false;
    if (wanted[at] !== '+' && wanted[at] !== levels[at]) return false;
  }
  return wanted.length === levels.length;
}

/** Whether every topic that the (valid) filter matches is matched by the (valid) scope too. */
export function filterWithin(filter: string, scope: string): boolean {
  const inner = expandRoot(filter.split('/'));
  const outer = expandRoot(scope.split('/'));
  // [MQTT-4.7.2-1] A scope that begins with a wildcard holds no topic that begins with '$'.
  if (inner[0]!.startsWith('$') && isWildcard(outer[0]!)) return false;
  for (let at = 0; at < outer.length; at++) {
    if (outer[at] === '#') return true;
    if (at >= inner.length || inner[at] === '#') return false;
    if (outer[at] !== '+' && outer[at] !== inner[at]) return false;
  }
  return inner.length === outer.length;
}

/** `#` also matches its parent level; where that would be the empty topic, which does not exist [MQTT-4.7.3-1], it means `+/#`. */
function expandRoot(levels: string[]): string[] {
  if (levels[0] === '#') return ['+', '#'];
  return levels[0] === '' && levels[1] === '#' ? ['', '+', '#'] : levels;
}

function isWildcard(level: string): boolean {
  return level === '+' || level === '#';
}
