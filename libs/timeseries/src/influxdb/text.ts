/**
 * Texts of devices inside line protocol and Flux results. Line protocol cannot hold a control character or a trailing backslash in
 * a tag, drops empty tags, and the CSV of query results changes line ends, so whatever could be hurt is percent-encoded. Ordinary
 * ids stay as they are.
 */
const UNSAFE = /[%\\\u0000-\u001f\u007f\u0085\u2028\u2029]/g;
const LONE_SURROGATE = /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/g;
const EMPTY = '%-';

/** The text as it is stored. Half a surrogate pair has no UTF-8 form and becomes U+FFFD. */
export function encodeText(text: string): string {
  if (text === '') return EMPTY;
  return text
    .replace(LONE_SURROGATE, '\ufffd')
    .replace(UNSAFE, (character) => `%${character.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** Inverse of {@link encodeText}. */
export function decodeText(text: string): string {
  if (text === EMPTY) return '';
  return text.replace(/%([0-9a-f]{4})/g, (_, code: string) => String.fromCharCode(parseInt(code, 16)));
}
