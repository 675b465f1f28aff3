import sparticuz from '@sparticuz/chromium';
import { chromium } from 'playwright-core';
import { PATIENCE_MS, until } from '#core/testing';
import { startApi } from './harness.js';

describe('the reference in a browser', () => {
  it('shows the routes under its policy, and asks no other host for anything', async () => {
    const api = await startApi();
    const browser = await chromium.launch({ executablePath: await sparticuz.executablePath(), args: sparticuz.args });
    const page = await browser.newPage();
    const asked: string[] = [];
    page.on('request', (request) => asked.push(request.url()));
    await page.goto(`${api.url}/docs`);
    // `waitForFunction` evaluates text, which the policy forbids (TRAPS).
    const read = (): Promise<string> => page.locator('body').innerText();
    await until('the reference to show the routes', read, (text) => text.includes('/asyncapi.json'), {
      withinMs: 3 * PATIENCE_MS,
      everyMs: 200,
    });
    await browser.close();
    await api.close();
    expect(asked).toContain(`${api.url}/openapi.json`);
    expect(asked.filter((url) => !url.startsWith(api.url) && !/^(?:data|blob):/.test(url))).toEqual([]);
  }, 300_000);
});
