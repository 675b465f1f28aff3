/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { jest } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { PATIENCE_MS, until } from '#core/testing';
import { connectDevice, PLACE, publish, registerLamppost, type MqttAccess } from '../acceptance/device-client.js';
import { startPlatform, type Platform } from '../acceptance/platform.js';
import { chirpStackUp } from '../network-servers/events.js';
import { openBrowser } from './browser.js';

/** A LoRaWAN node behind ChirpStack that nobody has registered. */
const NODE = { devEui: '0016c001f000175a' };
const APPLICATION = '17c82e96-be03-4f38-aef3-f83d48582d97';

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8');

/** A browser on a machine that does much else at the same time is slow, and not wrong. */
const LONG = { withinMs: 3 * PATIENCE_MS };
jest.setTimeout(600_000);

/** A key that has no text is shown as the key itself. */
const RAW_KEYS =
  /\b(app|alarms|map|devices|device|live|severity|session|quarantine|quality|network|quota|onboarding|access)\.[a-z]/;

/** A real browser on the real platform: what an operator sees from sign-in to an alarm that clears. */
describe('the console in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let device: MqttClient;
  let access: MqttAccess;
  let networkKey: string;
  const complaints: string[] = [];
  const foreignRequests: string[] = [];
  let seq = 0;

  beforeAll(async () => {
    platform = await startPlatform({ environment: { LAMPLIGHTER_QUALITY_INTERVAL_S: '2' } });
    browser = await openBrowser();
    access = await registerLamppost(platform, 'GF3637');
    const server = await platform.request('POST', '/v1/network-servers', { id: 'gwin', type: 'chirpstack' });
    networkKey = server.body.key;
    device = await connectDevice(platform, access);
    page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
    page.setDefaultTimeout(LONG.withinMs);
    // A device of which there is no report yet is no fault, but Chromium tells of every 404.
    page.on('console', (message) => {
      if (message.type() === 'error' && !message.location().url.endsWith('/quality')) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('request', (request) => {
      const url = new URL(request.url());
      if (/^https?:$/.test(url.protocol) && url.origin !== platform.url) foreignRequests.push(request.url());
    });
  }, 600_000);

  afterAll(async () => {
    await device?.endAsync();
    await browser?.close();
    await platform?.stop();
  }, 300_000);

  const send = (values: Record<string, number>): Promise<void> =>
    publish(device, access.topic, { ts: Date.now(), seq: ++seq, values });
  const text = (): Promise<string> => page.evaluate(() => document.body.innerText);
  const sees = (wanted: string | RegExp): Promise<string> =>
    until(
      `${String(wanted)} on the page`,
      text,
      (shown) => (typeof wanted === 'string' ? shown.includes(wanted) : wanted.test(shown)),
      LONG,
    );
  const language = (code: string): Promise<string[]> => page.selectOption('.language select', code);

  const chooseFile = (...rows: readonly string[]): Promise<void> =>
    page.setInputFiles('.drop input', {
      name: 'devices.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['id,kind,latitude,longitude', ...rows, ''].join('\n')),
    });

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
    await until(
      'the map',
      () => page.evaluate(() => document.querySelector('.map')?.getAttribute('data-ready')),
      (ready) => ready === 'true',
      LONG,
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
    await until(
      'the trend',
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
    await until(
      'the dialog to open',
      () => page.evaluate(() => document.querySelector('dialog')?.open),
      (open) => open === true,
    );
    await page.keyboard.type('Roadworks upwind');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog button[type=submit]');
    await until(
      'the dialog to close',
      () => page.evaluate(() => document.querySelector('dialog')),
      (dialog) => dialog === null,
    );
    await page.keyboard.press('j');
    await page.keyboard.press('a');
    await sees(/(?<!Not )acknowledged/i);
    await until(
      'the acknowledgement',
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
    expect(shown).not.toMatch(RAW_KEYS);
  });

  it('holds what was refused with its reason, and opens it to what was sent', async () => {
    for (let fCnt = 1; fCnt <= 3; fCnt++)
      await until(
        'the network server to be known',
        () =>
          platform.request(
            'POST',
            '/v1/network/chirpstack/gwin?event=up',
            chirpStackUp(APPLICATION, NODE, { fCnt, object: { temperature: 20 + fCnt } }),
            { authorization: `Bearer ${networkKey}` },
          ),
        ({ status }) => status === 202,
      );
    await send({ temperature: 500 });
    await page.click('nav >> text=Quarantine');
    await sees('The device is not registered');
    await sees('Register the device, then re-ingest its dead letters.');
    await sees('The value is outside the physical range of the metric');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('[data-reason=unknown-device] .reason-choice');
    expect(page.url()).toContain('code=unknown-device');
    await until(
      'three letters',
      () => page.locator('.letter').count(),
      (count) => count === 3,
    );
    await page.locator('.letter summary').first().press('Enter');
    await sees(`application/${APPLICATION}/device/${NODE.devEui}/event/up`);
    await sees('"fCnt":3');
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('replays what is still wrong, and shows that it was refused again', async () => {
    await page.click('[data-reason=out-of-range] >> text=Replay');
    await until(
      'the replay to end',
      () => page.locator('.replay[data-state=done] [data-figure=refusedAgain] dd').allInnerTexts(),
      (figures) => figures[0] === '1',
      LONG,
    );
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('text=Put away');
    await page.click('.page-head >> text=Replays');
    await sees('out-of-range');
  });

  it('adopts a device that was only seen so far, and stores what it had sent', async () => {
    await page.click('.page-head >> text=First seen');
    await sees(NODE.devEui);
    await page.click(`[data-sighting="${NODE.devEui}"] >> text=Adopt`);
    await until(
      'the map of the dialog',
      () => page.getAttribute('.position-map .map', 'data-ready'),
      (ready) => ready === 'true',
      LONG,
    );
    await page.fill('dialog [name=id]', 'LPN-1');
    await page.selectOption('dialog [name=kind]', 'lpwan-node');
    expect(await page.inputValue('dialog [name=department]')).toBe('emsd');
    await page.click('.position-map canvas', { position: { x: 200, y: 110 } });
    expect(await page.inputValue('dialog [name=latitude]')).toMatch(/^22\.\d+$/);
    await page.fill('dialog [name=latitude]', String(PLACE.latitude));
    await page.fill('dialog [name=longitude]', String(PLACE.longitude));
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog button[type=submit]');
    await sees('Registered:');
    await until(
      'the stored letters',
      () => page.locator('dialog [data-figure=stored] dd').innerText(),
      (stored) => stored === '3',
      LONG,
    );
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog >> text=LPN-1');
    await sees('23 °C');
  });

  it('shows how the network heard the device, and how good its data are', async () => {
    await sees('Radio link and network');
    await sees('gwin (ChirpStack)');
    await sees('-36 dBm');
    await until(
      'a report of the quality',
      () => platform.request('GET', '/v1/devices/LPN-1/quality'),
      ({ status }) => status === 200,
      LONG,
    );
    await page.reload();
    await page.waitForSelector('[data-card=quality]');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('nav >> text=Data quality');
    await sees(/GF3637[\s\S]*Kwun Tong/);
    expect(await accessibilityFaults()).toEqual([]);
    await page.selectOption('[aria-label=Kind]', 'lpwan-node');
    await until('only one device', text, (shown) => shown.includes('LPN-1') && !shown.includes('GF3637'));
    expect(page.url()).toContain('kind=lpwan-node');
  });

  it('checks a file of devices, shows the row and column of a fault, and registers what was corrected', async () => {
    await language('en');
    await page.click('nav >> text=Onboarding');
    await sees('Seen, not registered');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('.tabs >> text=Import');
    await chooseFile('IMP-1,smart-lampost,22.3,114.2', 'IMP-2,smart-lamppost,22.3,114.2');
    await sees("'smart-lampost' is not a kind; did you mean 'smart-lamppost'?");
    expect(await page.locator('.import-report tbody tr').allInnerTexts()).toEqual([
      expect.stringMatching(/^2\s+kind\s.*smart-lampost$/s),
    ]);
    expect(await page.innerText('.import-report .primary')).toBe('Register 1 device');
    expect((await platform.request('GET', '/v1/devices/IMP-2')).status).toBe(404);
    expect(await accessibilityFaults()).toEqual([]);
    await chooseFile('IMP-1,smart-lamppost,22.3,114.2', 'IMP-2,smart-lamppost,22.3,114.2');
    await sees('All rows are sound.');
    await page.click('text=Register 2 devices');
    await sees('2 devices registered');
    expect(page.url()).toMatch(/\?job=[0-9a-f]{18}$/);
    expect((await platform.request('GET', '/v1/devices/IMP-1')).status).toBe(200);
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('asks before the keys of an import are lost, finds them again after a reload, and gives them once', async () => {
    await page.click('.tabs >> text=Claim codes');
    await sees('Leave without the keys?');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog >> text=Cancel');
    page.once('dialog', (dialog) => void dialog.accept());
    await page.reload();
    await sees('2 devices registered');
    const [keys] = await Promise.all([page.waitForEvent('download'), page.click('text=Download the keys')]);
    const csv = readFileSync(await keys.path(), 'utf8');
    expect(csv).toMatch(/^clientId,username,password,topic\r\nIMP-1,IMP-1,[\w-]{32},/);
    await sees('The keys were fetched.');
    await page.click('.tabs >> text=Claim codes');
    await sees('No code is outstanding');
  });

  it('prepares a claim code that is shown once, and revokes it after asking', async () => {
    await page.click('text=Prepare codes');
    await page.selectOption('dialog [name=kind]', 'smart-lamppost');
    expect(await page.inputValue('dialog [name=department]')).toBe('hyd');
    await page.fill('dialog [name=id]', 'CLAIM-1');
    await page.click('dialog button[type=submit]');
    await sees(/[0-9A-Z]{5}-[0-9A-Z]{5}-[0-9A-Z]{5}/);
    await page.keyboard.press('Escape');
    await sees('It is shown only now');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('text=I have kept it');
    await page.click('[data-claim] >> text=Revoke');
    await sees('Revoke the code of CLAIM-1');
    await page.click('dialog .danger');
    await sees('No code is outstanding');
    const { claims } = (await platform.request('GET', '/v1/claims')).body;
    expect(claims).toMatchObject([{ device: 'CLAIM-1', state: 'revoked' }]);
  });

  it('shows what a device type makes of its examples, and of a payload that is tried', async () => {
    await page.click('.tabs >> text=Device types');
    await page.click('text=Recycling bin with scale');
    await sees('All 2 examples were run just now and pass.');
    await sees('g → kg');
    await page.fill('[name=hex]', '6B 00 2E 60 32 04 E2 74 77 00 00 11');
    await page.click('.try button');
    await eventually(
      () => page.locator('.card:last-child [data-metric=weight] dd').allInnerTexts(),
      (values) => values.at(-1) === '12.5 kg',
    );
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('connects a network server with a key that is shown once, and says when one was heard', async () => {
    await page.goto(`${platform.url}/onboarding/network-servers`);
    await eventually(
      () => page.locator('[data-server=gwin]').getAttribute('data-state'),
      (state) => state === 'heard',
      PATIENCE_MS,
    );
    await page.click('text=Connect a network server');
    await page.fill('dialog [name=id]', 'tts');
    await page.selectOption('dialog [name=type]', 'things-stack');
    await page.fill('dialog [name=applications]', 'bins@ttn, lamps@ttn');
    await page.click('dialog button[type=submit]');
    await sees('The key is shown only now.');
    await sees('/v1/network/things-stack/tts');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('text=I have kept it');
    await sees('Waiting for its first message');
    await page.click('[data-server=tts] >> text=Remove');
    await sees('its messages are refused');
    await page.click('dialog .danger');
    await eventually(
      () => page.locator('[data-server]').count(),
      (count) => count === 1,
    );
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('isolates a device after asking why, says so to everybody, and releases it', async () => {
    await page.goto(`${platform.url}/devices/GF3637`);
    await page.click('[data-card=access] >> text=Isolate');
    await page.fill('dialog [name=reason]', 'Rubbish since the storm');
    await sees('Its connection is closed within about a second');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('dialog .danger');
    await sees(/Isolated:.*Rubbish since the storm.*by admin/);
    expect(await accessibilityFaults()).toEqual([]);
    await eventually(
      () => device.connected,
      (connected) => !connected,
      PATIENCE_MS,
    );
    await page.click('[data-card=access] >> text=Release');
    await page.click('dialog button[type=submit]');
    await eventually(
      () => page.locator('.isolation').count(),
      (count) => count === 0,
    );
    expect((await platform.request('GET', '/v1/devices/GF3637')).body).toMatchObject({
      enabled: true,
      isolation: null,
    });
  });

  it('gives a device a new key, which is shown once', async () => {
    await page.click('[data-card=access] >> text=New key');
    await page.selectOption('dialog [name=grace]', 'PT1H');
    await page.click('dialog button[type=submit]');
    await sees('city/hyd/smart-lamppost/GF3637/telemetry');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('text=I have kept it');
    await sees('The key before works until');
  });

  it.each([
    ['/onboarding', 'zh-Hant', '已出現但未登記'],
    ['/onboarding', 'zh-Hans', '已出现但未登记'],
    ['/onboarding/import', 'zh-Hant', '選擇 CSV 檔案'],
    ['/onboarding/import', 'zh-Hans', '选择 CSV 文件'],
    ['/onboarding/claims', 'zh-Hant', '沒有未使用的登記碼'],
    ['/onboarding/claims', 'zh-Hans', '没有未使用的登记码'],
    ['/onboarding/device-types', 'zh-Hant', '系統自帶'],
    ['/onboarding/device-types/generic-recycling-bin', 'zh-Hans', '全部通过'],
    ['/onboarding/network-servers', 'zh-Hant', '其他伺服器沒有的所有應用'],
    ['/onboarding/network-servers', 'zh-Hans', '其他服务器没有的所有应用'],
    ['/devices/GF3637', 'zh-Hans', '密钥及访问'],
    ['/quarantine', 'zh-Hant', '數值超出項目的物理範圍'],
    ['/quarantine?tab=seen', 'zh-Hans', '没有未知设备在发送数据'],
    ['/quarantine?tab=replays', 'zh-Hant', '再次拒收'],
    ['/quality', 'zh-Hans', '每分钟重新评定'],
    ['/devices/LPN-1', 'zh-Hant', '無線鏈路及網絡'],
  ])('%s speaks %s', async (path, code, wanted) => {
    await page.goto(platform.url + path);
    await language(code);
    expect(await sees(wanted)).not.toMatch(RAW_KEYS);
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('shows a viewer what is wrong and says who may replay it', async () => {
    const password = 'only-looks-at-things-7';
    await platform.request('PUT', '/v1/accounts/viewer', { password, role: 'viewer' });
    const context = await browser.newContext({ locale: 'en-GB', viewport: { width: 400, height: 800 } });
    const narrow = await context.newPage();
    narrow.setDefaultTimeout(LONG.withinMs);
    await narrow.goto(`${platform.url}/quarantine`);
    await narrow.fill('[name=username]', 'viewer');
    await narrow.fill('[name=password]', password);
    await narrow.keyboard.press('Enter');
    await narrow.waitForSelector('text=Replaying needs the role engineer.');
    expect(await narrow.isDisabled('.toolbar button')).toBe(true);
    expect(await narrow.locator('.reason >> text=Replay').count()).toBe(0);
    await narrow.click('.page-head >> text=First seen');
    await narrow.waitForSelector('text=shown to the roles engineer and administrator');
    expect(await narrow.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await narrow.goto(`${platform.url}/onboarding/claims`);
    await narrow.waitForSelector('text=Redeeming codes needs the role operator');
    expect(await narrow.locator('.page-intro button').count()).toBe(0);
    await narrow.setViewportSize({ width: 360, height: 800 });
    for (const path of ['/onboarding', '/onboarding/import', '/onboarding/device-types', '/devices/GF3637']) {
      await narrow.goto(platform.url + path);
      await narrow.waitForSelector('h1');
      expect([path, await narrow.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 360]);
    }
    await narrow.waitForSelector('[data-card=access]');
    expect(await narrow.locator('[data-card=access] button').count()).toBe(0);
    await context.close();
  });

  it('asks nobody but its own origin, and never trips its policy', () => {
    expect(foreignRequests).toEqual([]);
    expect(complaints.filter((line) => !/401/.test(line))).toEqual([]);
  });
});
