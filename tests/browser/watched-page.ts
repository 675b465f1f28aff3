/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Browser, Page } from 'playwright-core';
import { PATIENCE_MS, until } from '#core/testing';
import type { Platform } from '../acceptance/platform.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A browser on a machine that does much else at the same time is slow, and not wrong. */
export const LONG = { withinMs: 3 * PATIENCE_MS };

/** A key that has no text is shown as the key itself. */
export const RAW_KEYS =
  /\b(app|alarms|map|devices|device|live|severity|session|quarantine|quality|network|quota|onboarding|access)\.[a-z]/;

/** A page of the console of a platform, with what the browser complains of and what it asks others for. */
export class WatchedPage {
  readonly complaints: string[] = [];
  readonly foreignRequests: string[] = [];

  private constructor(
    readonly page: Page,
    platform: Platform,
  ) {
    page.setDefaultTimeout(LONG.withinMs);
    // A device of which there is no report yet is no fault, but Chromium tells of every 404.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.location().url.endsWith('/quality'))
        this.complaints.push(message.text());
    });
    page.on('pageerror', (error) => this.complaints.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== platform.url) this.foreignRequests.push(request.url());
    });
  }

  static async open(browser: Browser, platform: Platform): Promise<WatchedPage> {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    return new WatchedPage(page, platform);
  }

  text = (): Promise<string> => this.page.evaluate(() => document.body.innerText);

  sees = (wanted: string | RegExp): Promise<string> =>
    until(
      `${String(wanted)} on the page`,
      this.text,
      (shown) => (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)),
      LONG,
    );

  language = (code: string): Promise<string[]> => this.page.selectOption('.language select', code);

  /** axe is evaluated through the debugger, which the policy of the page does not bind: the page itself stays as strict as it is. */
  accessibilityFaults = async (): Promise<string[]> => {
    const debug = await this.page.context().newCDPSession(this.page);
    await debug.send('Runtime.evaluate', { expression: AXE });
    await debug.detach();
    return this.page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
    });
  };
}
