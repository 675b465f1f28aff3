/// <reference lib="dom" />
import { readFileSync } from 'node:fs';
import { jest } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { until } from '#core/testing';
import { connectDevice, registerLamppost } from '../acceptance/device-client.js';
import { startPlatform, type Platform } from '../acceptance/platform.js';
import { chirpStackUp } from '../network-servers/events.js';
import { openBrowser } from './browser.js';
import { LONG, RAW_KEYS, WatchedPage } from './watched-page.js';

jest.setTimeout(600_000);

/** A real browser on the real platform: how devices come in, and who may speak as one. */
describe('onboarding in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let device: MqttClient;
  let watched: WatchedPage;
  let { sees, language, accessibilityFaults } = {} as WatchedPage;

  beforeAll(async () => {
    platform = await startPlatform();
    browser = await openBrowser();
    device = await connectDevice(platform, await registerLamppost(platform, 'GF3637'));
    const server = await platform.request('POST', '/v1/network-servers', { id: 'gwin', type: 'chirpstack' });
    await until(
      'the message of the network server to be taken',
      () =>
        platform.request(
          'POST',
          '/v1/network/chirpstack/gwin?event=up',
          chirpStackUp('app-1', { devEui: '0016c001f000175a' }, { fCnt: 1, object: { temperature: 20 } }),
          { authorization: `Bearer ${server.body.key}` },
        ),
      ({ status }) => status === 202,
    );
    watched = await WatchedPage.open(browser, platform);
    ({ page, sees, language, accessibilityFaults } = watched);
    await page.goto(platform.url);
    await page.fill('[name=username]', 'admin');
    await page.fill('[name=password]', platform.adminPassword);
    await page.keyboard.press('Enter');
    await sees('No open alarms');
  }, 600_000);

  afterAll(async () => {
    await device?.endAsync();
    await browser?.close();
    await platform?.stop();
  }, 300_000);

  const chooseFile = (...rows: readonly string[]): Promise<void> =>
    page.setInputFiles('.drop input', {
      name: 'devices.csv',
      mimeType: 'text/csv',
      buffer: Buffer.from(['id,kind,latitude,longitude', ...rows, ''].join('\n')),
    });

  it('checks a file of devices, shows the row and column of a fault, and registers what was corrected', async () => {
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
    await until(
      'the weight that the payload says',
      () => page.locator('.card:last-child [data-metric=weight] dd').allInnerTexts(),
      (values) => values.at(-1) === '12.5 kg',
    );
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('connects a network server with a key that is shown once, and says when one was heard', async () => {
    await page.goto(`${platform.url}/onboarding/network-servers`);
    await until(
      'the network server to be heard',
      () => page.locator('[data-server=gwin]').getAttribute('data-state'),
      (state) => state === 'heard',
      LONG,
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
    await until(
      'one network server to be left',
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
    await until(
      'the device to be cut off',
      () => device.connected,
      (connected) => !connected,
      LONG,
    );
    await page.click('[data-card=access] >> text=Release');
    await page.click('dialog button[type=submit]');
    await until(
      'the banner to go',
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
  ])('%s speaks %s', async (path, code, wanted) => {
    await page.goto(platform.url + path);
    await language(code);
    expect(await sees(wanted)).not.toMatch(RAW_KEYS);
    expect(await accessibilityFaults()).toEqual([]);
  });

  it('asks nobody but its own origin, and never trips its policy', () => {
    expect(watched.foreignRequests).toEqual([]);
    expect(watched.complaints.filter((line) => !/401/.test(line))).toEqual([]);
  });
});
