import { lookup } from 'node:dns/promises';
import { request as requestPlain } from 'node:http';
import type { IncomingMessage, RequestOptions } from 'node:http';
import { request as requestTls } from 'node:https';
import { BlockList, isIP } from 'node:net';

/** Why an address was not asked. Its text may be shown: it names nothing but what was configured. */
export class AddressRefused extends Error {}

export interface PinnedPost {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
  /** Loopback and private networks too. Never link-local addresses, where clouds keep credentials. */
  readonly allowPrivate: boolean;
  readonly timeoutMs: number;
  readonly resolve?: (host: string) => Promise<readonly string[]>;
}

export interface PinnedAnswer {
  readonly status: number;
  /** The beginning of the answer. */
  readonly text: string;
}

const MAX_ANSWER_BYTES = 16 * 1024;

/**
 * POST to an address that a person configured. The name is resolved once, every address is checked, and the connection goes
 * to one that was checked, so that a second answer of the name server cannot lead it elsewhere. Redirects are not followed
 * (THREATS 30).
 *
 * @throws AddressRefused, or the error of the connection
 */
export async function postPinned(post: PinnedPost): Promise<PinnedAnswer> {
  const { url, allowPrivate, resolve = resolveAll } = post;
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  const addresses = isIP(host) === 0 ? await resolve(host) : [host];
  const address = addresses.find((each) => mayReach(each, allowPrivate));
  if (address === undefined) {
    throw new AddressRefused(
      addresses.length === 0
        ? `'${host}' has no address.`
        : `'${host}' is not a public address${allowPrivate ? ' nor a private one' : ''}.`,
    );
  }
  return send(post, address);
}

async function resolveAll(host: string): Promise<readonly string[]> {
  const found = await lookup(host, { all: true, verbatim: true });
  return found.map(({ address }) => address);
}

function send({ url, headers, body, timeoutMs }: PinnedPost, address: string): Promise<PinnedAnswer> {
  const family = isIP(address);
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': String(body.length) },
    // No connection is kept: a kept one would be asked without a look at its address.
    agent: false,
    signal: AbortSignal.timeout(timeoutMs),
    lookup: (_host, { all }, done) => {
      if (all === true) done(null, [{ address, family }]);
      else done(null, address, family);
    },
  };
  return new Promise((answered, failed) => {
    const asked = (url.protocol === 'https:' ? requestTls : requestPlain)(url, options, (response) => {
      readAnswer(response).then(answered, failed);
    });
    asked.on('error', failed);
    asked.end(body);
  });
}

async function readAnswer(response: IncomingMessage): Promise<PinnedAnswer> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    chunks.push(chunk);
    bytes += chunk.length;
    if (bytes >= MAX_ANSWER_BYTES) break;
  }
  return { status: response.statusCode ?? 0, text: Buffer.concat(chunks).toString('utf8').slice(0, MAX_ANSWER_BYTES) };
}

/** Whether a connection may go to the address. IPv6 that carries an IPv4 address is refused: names have A records for that. */
export function mayReach(address: string, allowPrivate: boolean): boolean {
  const family = isIP(address);
  if (family === 0 || address.includes('%') || isMapped(address)) return false;
  const type = family === 4 ? 'ipv4' : 'ipv6';
  if (NEVER.check(address, type)) return false;
  return allowPrivate || !PRIVATE.check(address, type);
}

/** IANA special-purpose registries (RFC 6890): nobody's servers, or those of the machine's own provider. */
const NEVER = listOf(
  ['0.0.0.0', 8, '169.254.0.0', 16, '192.0.0.0', 24, '192.0.2.0', 24, '198.51.100.0', 24, '203.0.113.0', 24],
  ['224.0.0.0', 4, '240.0.0.0', 4, '255.255.255.255', 32],
  ['::', 128, 'fe80::', 10, 'fec0::', 10, 'ff00::', 8, '100::', 64, '2001:db8::', 32, '2002::', 16, '2001::', 32],
  // Translated IPv4 (RFC 6052, RFC 8215, SIIT). A block list would take the mapped range for all of IPv4: see `isMapped`.
  ['::ffff:0:0:0', 96, '64:ff9b::', 96, '64:ff9b:1::', 48],
);

const PRIVATE = listOf(
  ['127.0.0.0', 8, '10.0.0.0', 8, '172.16.0.0', 12, '192.168.0.0', 16, '100.64.0.0', 10, '198.18.0.0', 15],
  ['::1', 128, 'fc00::', 7],
);

/** ::ffff:0:0/96 and ::/96 without the loopback, in whatever way they are written. */
function isMapped(address: string): boolean {
  if (isIP(address) !== 6) return false;
  return /^\[::(?:ffff:)?[0-9a-f]{1,4}:[0-9a-f]{1,4}\]$/.test(new URL(`http://[${address}]`).hostname);
}

function listOf(...groups: (string | number)[][]): BlockList {
  const list = new BlockList();
  for (const group of groups)
    for (let i = 0; i < group.length; i += 2) {
      const [network, prefix] = [group[i] as string, group[i + 1] as number];
      list.addSubnet(network, prefix, network.includes(':') ? 'ipv6' : 'ipv4');
    }
  return list;
}
