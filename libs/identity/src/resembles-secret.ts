import { readClaimCode } from './claim-code.js';

/** A key of `generateKey`; ids of as many characters that are hexadecimal or of one case only are left alone. */
const KEY = /^(?=.*[a-z])(?=.*[A-Z])[A-Za-z0-9_-]{32}$/;
/** An API key or its id: `ll_...`. */
const API_KEY = /^ll_/;
/** A password of `generatePassword`. */
const PASSWORD = /^(?:[a-hjkmnp-z2-9]{4}-){4}[a-hjkmnp-z2-9]{4}$/;
/** A claim code as it is printed; without dashes it could be an IMEI. */
const CLAIM = /^.{5}-.{5}-.{5}$/;
/** A session of the console, or a JWT of somebody else: parts of base64url, the first of which is a JSON object. */
const TOKEN = /^eyJ[A-Za-z0-9_-]+(?:\.[A-Za-z0-9_-]+){1,2}$/;

/** Whether a text has the form of a secret that the platform makes: what is typed into the field of a name must not be kept then. */
export function resemblesSecret(text: string): boolean {
  return (
    KEY.test(text) ||
    API_KEY.test(text) ||
    PASSWORD.test(text) ||
    TOKEN.test(text) ||
    (CLAIM.test(text) && readClaimCode(text) !== null)
  );
}

/** What stands in the place of a secret. */
export const SECRET_LEFT_OUT = '(resembles a secret)';
/** What may stand between a secret and other words. */
const BETWEEN = /([\s:;,/="'@]+)/;

/** A text that somebody typed as a name, as it may be kept: in audit and logs. */
export function withoutSecrets(typed: string): string {
  const parts = typed.split(BETWEEN);
  return parts.map((part) => (resemblesSecret(part) ? SECRET_LEFT_OUT : part)).join('');
}
