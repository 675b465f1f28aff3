/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { connectDevice, publish, registerLamppost, type MqttAccess } from '../acceptance/device-client.js';
import { eventually, startPlatform, type Platform } from '../acceptance/platform.js';
import { openBrowser } from './browser.js';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A real browser on the real platform: what an operator sees from sign-in to an alarm that clears. */
describe('the console in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let device: MqttClient;
  let access: MqttAccess;
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  let seq = 0;

  beforeAll(async () => {
    platform = await startPlatform();
    browser = await openBrowser();
    access = await registerLamppost(platform, 'GF3637');
    device = await connectDevice(platform, access);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== platform.url) foreignRequests.push(request.url());
    });
  }, 150_000);

  afterAll(async () => {
    await device?.endAsync();
    await browser?.close();
    await platform?.stop();
  }, 60_000);

  const send = (values: Record<string, number>): Promise<void> =>
    publish(device, access.topic, { ts: Date.now(), seq: ++seq, values });
  const text = (): Promise<string> => page.evaluate(() => document.body.innerText);
  const sees = (wanted: string | RegExp): Promise<string> =>
    eventually(text, (shown) => (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)), 10_000);
  const language = (code: string): Promise<string[]> => page.selectOption('.language select', code);

  /** axe is evaluated through the debugger, which the policy of the page does not bind: the page itself stays as strict as it is. */
  async function accessibilityFaults(): Promise<string[]> {
    const debug = await page.context().newCDPSession(page);
    await debug.send('Runtime.evaluate', { expression: AXE });
    await debug.detach();
    return page.evaluate(async () => {
      const { axe } = globalThis as unknown as {
        axe: { run(): Promise<{ violations: { id: string; impact: string; nodes: { html: string }[] }[] }> };
      };
      const { violations } = await axe.run();
      return violations
        .filter(({ impact }) => impact === 'serious' || impact === 'critical')
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html.slice(0, 160)).join(' | ')}`);
    });
  }

  it('asks who is there, and refuses a wrong password in words', async () => {
    await page.goto(platform.url);
    await sees('Sign in');
    expect(await accessibilityFaults()).toEqual([]);
    await page.fill('[name=username]', 'admin');
    await page.fill('[name=password]', 'wrong');
    await page.keyboard.press('Enter');
    await sees('User name or password is not right.');
  });

  it('signs in, and shows the map and that nothing is wrong', async () => {
    await page.fill('[name=password]', platform.adminPassword);
    await page.keyboard.press('Enter');
    await sees('No open alarms');
    await sees('Live');
    await eventually(
      () => page.evaluate(() => document.querySelector('.map')?.getAttribute('data-ready')),
      (ready) => ready === 'true',
      20_000,
    );
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('lists the same devices for the keyboard', async () => {
    await page.click('text=List');
    await sees('GF3637');
    expect(page.url()).toContain('view=list');
  });

  it('shows a reading on the page of the device as soon as it was published', async () => {
    await page.click('table a:has-text("GF3637")');
    await sees('This device has not sent a reading yet.');
    await send({ temperature: 23.5, pm25: 12 });
    await sees('23.5 °C');
    await send({ temperature: 24.1, pm25: 13 });
    await sees('24.1 °C');
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('draws its last 24 hours', async () => {
    await page.reload();
    await eventually(
      () => page.evaluate(() => document.querySelectorAll('.trend canvas').length),
      (count) => count === 1,
    );
    await sees(/\d+ of \d+ readings/);
  });

  it('shows an alarm as it is raised, lets it be acknowledged and commented by keyboard, and shows it cleared', async () => {
    await page.goto(platform.url);
    await sees('No open alarms');
    await send({ pm25: 180 });
    await sees('PM2.5 above the limit');
    await sees('Not acknowledged');
    expect(await accessibilityFaults()).toEqual([]);
    await page.keyboard.press('j');
    await page.keyboard.press('c');
    await eventually(
      () => page.evaluate(() => document.querySelector('dialog')?.open),
      (open) => open === true,
    );
    await page.keyboard.type('Roadworks upwind');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog button[type=submit]');
    await eventually(
      () => page.evaluate(() => document.querySelector('dialog')),
      (dialog) => dialog === null,
    );
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await sees(/(?<!Not )acknowledged/i);
    await eventually(
      () => platform.request('GET', '/v1/alarms?acknowledged=true'),
      (answer) => answer.body.alarms.length === 1,
    );
    await send({ pm25: 10 });
    await sees('No open alarms');
    const [alarm] = (await platform.request('GET', '/v1/alarms')).body.alarms;
    const { timeline } = (await platform.request('GET', `/v1/alarms/${encodeURIComponent(alarm.id)}`)).body;
    expect(timeline.map(({ type }: { type: string }) => type)).toEqual([
      'raised',
      'commented',
      'acknowledged',
      'cleared',
    ]);
  });

  it.each([
    ['zh-Hant', '沒有未處理的警報'],
    ['zh-Hans', '没有未处理的警报'],
    ['en', 'No open alarms'],
  ])('speaks %s, and remembers it', async (code, wanted) => {
    await language(code);
    await sees(wanted);
    await page.reload();
    const shown = await sees(wanted);
    expect(await page.evaluate(() => document.documentElement.lang)).toBe(code);
    // A key that has no text is shown as the key itself.
    expect(shown).not.toMatch(/\b(app|alarms|map|devices|device|live|severity|session)\.[a-z]/);
  });

  it('asks nobody but its own origin, and never trips its policy', () => {
    expect(foreignRequests).toEqual([]);
    expect(complaints.filter((line) => !/401/.test(line))).toEqual([]);
  });
});
