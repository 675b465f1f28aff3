import { existsSync } from 'node:fs';
import sparticuz from '@sparticuz/chromium';
import { chromium, type Browser } from 'playwright-core';

/** The package is made for functions in a cloud, with one user each: in a single process all contexts share their cookies. */
const FOR_A_FUNCTION = ['--single-process', '--no-zygote'];

/** A headless Chromium: the one that CHROMIUM names, the system's, or the one that comes as a package. */
export async function openBrowser(): Promise<Browser> {
  const installed = [process.env['CHROMIUM'], '/usr/bin/chromium', '/usr/bin/google-chrome'].find(
    (path) => path !== undefined && existsSync(path),
  );
  const args = [
    '--no-sandbox',
    '--disable-quic',
    '--no-first-run',
    '--disable-background-networking',
    '--disable-component-update',
    '--disable-sync',
    '--enable-unsafe-swiftshader',
  ];
  if (installed !== undefined) return chromium.launch({ executablePath: installed, args });
  const own = sparticuz.args.filter((arg) => !FOR_A_FUNCTION.includes(arg));
  return chromium.launch({ executablePath: await sparticuz.executablePath(), args: [...own, ...args] });
}
