/// <reference lib="dom" />
import { jest } from '@jest/globals';
import type { MqttClient } from 'mqtt';
import type { Browser, Page } from 'playwright-core';
import { pause, until } from '#core/testing';
import { connectDevice, PLACE, publish, registerLamppost, type MqttAccess } from '../acceptance/device-client.js';
import { startPlatform, type Platform } from '../acceptance/platform.js';
import { chirpStackUp } from '../network-servers/events.js';
import { openBrowser } from './browser.js';
import { LONG, RAW_KEYS, WatchedPage } from './watched-page.js';

/** A LoRaWAN node behind ChirpStack that nobody has registered. */
const NODE = { devEui: '0016c001f000175a' };
const APPLICATION = '17c82e96-be03-4f38-aef3-f83d48582d97';

jest.setTimeout(600_000);

/** A real browser on the real platform: what an operator sees from sign-in to an alarm that clears. */
describe('the console in a browser', () => {
  let platform: Platform;
  let browser: Browser;
  let page: Page;
  let device: MqttClient;
  let access: MqttAccess;
  let networkKey: string;
  let watched: WatchedPage;
  let { text, sees, language, accessibilityFaults } = {} as WatchedPage;
  let seq = 0;

  beforeAll(async () => {
    platform = await startPlatform({ environment: { LAMPLIGHTER_QUALITY_INTERVAL_S: '2' } });
    browser = await openBrowser();
    access = await registerLamppost(platform, 'GF3637');
    const server = await platform.request('POST', '/v1/network-servers', { id: 'gwin', type: 'chirpstack' });
    networkKey = server.body.key;
    device = await connectDevice(platform, access);
    watched = await WatchedPage.open(browser, platform);
    ({ page, text, sees, language, accessibilityFaults } = watched);
  }, 600_000);

  afterAll(async () => {
    await device?.endAsync();
    await browser?.close();
    await platform?.stop();
  }, 300_000);

  const send = (values: Record<string, number>): Promise<void> =>
    publish(device, access.topic, { ts: Date.now(), seq: ++seq, values });

  const focusedAlarm = (): Promise<string | null> =>
    page.evaluate(() => document.activeElement?.closest('[data-alarm]')?.getAttribute('data-alarm') ?? null);

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
    await sees(/\b\d+ of \d{1,3}(,\d{3})* readings/);
  });

  it('shows an alarm as it is raised, lets it be acknowledged and commented by keyboard, and shows it cleared', async () => {
    await page.goto(platform.url);
    await sees('No open alarms');
    await send({ pm25: 180 });
    await sees('PM2.5 above the limit');
    await sees('Not acknowledged');
    expect(await page.title()).toBe('Operations · Lamplighter');
    await until(
      'the alarm to be told to who does not see the list',
      () => page.locator('[data-announcer=alarms]').innerText(),
      (told) => told.startsWith('New alarm, High: PM2.5 above the limit, GF3637'),
      LONG,
    );
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
    expect(await focusedAlarm()).not.toBeNull();
    await page.keyboard.press('a');
    await sees(/(?<!Not )acknowledged/i);
    await until(
      'the acknowledgement',
      () => platform.request('GET', '/v1/alarms?acknowledged=true'),
      (answer) => answer.body.alarms.length === 1,
    );
    expect(await focusedAlarm()).not.toBeNull();
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

  it('keeps the alarms on the screen while the platform cannot be asked, and says that they are not live', async () => {
    const before = watched.complaints.length;
    await send({ pm25: 190 });
    await sees('PM2.5 above the limit');
    await page.route('**/v1/alarms?*', (route) => route.abort());
    await page.click('text=Pause');
    await page.click('text=Resume');
    await sees('Connection lost, trying again');
    // Both halves of the list, the first time and three times more: then it is given up.
    await until(
      'the asking to be given up',
      () => watched.complaints.length - before,
      (failures) => failures >= 8,
      LONG,
    );
    await pause(500);
    expect(await page.locator('.alarm').count()).toBe(1);
    expect(await text()).toContain('Connection lost, trying again');
    await page.unroute('**/v1/alarms?*');
    await page.click('text=Pause');
    await page.click('text=Resume');
    await sees(/\bLive\b/);
    await send({ pm25: 10 });
    await sees('Returned to normal');
    await page.click('.alarm button:text-is("Acknowledge")');
    await sees('No open alarms');
    const ownDoing = watched.complaints.splice(before);
    expect(ownDoing.filter((line) => !line.includes('ERR_FAILED'))).toEqual([]);
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
    await sees('Register the device, then replay its dead letters.');
    await sees('The value is outside the physical range of the metric');
    expect(await accessibilityFaults()).toEqual([]);
    await page.click('[data-group=unknown-device] .group-choice');
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

  it('groups them by source and kind as well, by keyboard, under the reason that was chosen, and replays one group', async () => {
    const press = (selector: string): Promise<void> => page.locator(selector).press('Enter');
    const groups = (wanted: string): Promise<unknown> =>
      until(
        `the groups ${wanted}`,
        () => page.locator('.letter-group').evaluateAll((all) => all.map((one) => one.getAttribute('data-group'))),
        (values) => values.join() === wanted,
        LONG,
      );
    await press('[data-grouping=source]');
    await groups('gwin');
    await sees('Reason: The device is not registered');
    expect(await accessibilityFaults()).toEqual([]);
    await press('.chosen-filter');
    await groups('gwin,GF3637');
    expect(page.url()).not.toContain('code=');
    await press('[data-grouping=device]');
    await groups(`${NODE.devEui},GF3637`);
    await press('[data-grouping=kind]');
    await groups('-,smart-lamppost');
    await press('[data-group="-"] .group-choice');
    await until(
      'the letters of no known kind',
      () => page.locator('.letter').count(),
      (count) => count === 3,
    );
    await sees('Replay 3 messages');
    await press('[data-group=smart-lamppost] >> text=Replay');
    await until(
      'the replay of the group to end',
      () => page.locator('.replay[data-state=done] [data-figure=refusedAgain] dd').allInnerTexts(),
      (figures) => figures[0] === '1',
      LONG,
    );
    await sees('smart-lamppost: 1 of 1 sent again');
    await page.click('text=Put away');
    await press('[data-grouping=code]');
    await groups('unknown-device');
    await page.selectOption('.letter-filter select', '');
    await groups('unknown-device,out-of-range');
  });

  it('replays what is still wrong, and shows that it was refused again', async () => {
    await page.click('[data-group=out-of-range] >> text=Replay');
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

  it.each([
    ['/quarantine', 'zh-Hant', '數值超出項目的物理範圍'],
    ['/quarantine?by=source', 'zh-Hans', '发送的设备和网络服务器'],
    ['/quarantine?by=kind', 'zh-Hant', '分組方式'],
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
    await page.click('text=登出');
    await page.waitForSelector('[name=username]');
    await language('en');
    await page.setViewportSize({ width: 400, height: 800 });
    const password = 'only-looks-at-things-7';
    await platform.request('PUT', '/v1/accounts/viewer', { password, role: 'viewer' });
    await page.fill('[name=username]', 'viewer');
    await page.fill('[name=password]', password);
    await page.keyboard.press('Enter');
    await page.waitForSelector('nav.navigation');
    await page.goto(`${platform.url}/quarantine`);
    await page.waitForSelector('text=Replaying needs the role engineer.');
    expect(await page.isDisabled('.toolbar button')).toBe(true);
    expect(await page.locator('.letter-group >> text=Replay').count()).toBe(0);
    await page.click('.page-head >> text=First seen');
    await page.waitForSelector('text=shown to the roles engineer and administrator');
    expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBeLessThanOrEqual(400);
    await page.goto(`${platform.url}/onboarding/claims`);
    await page.waitForSelector('text=Redeeming codes needs the role operator');
    expect(await page.locator('.page-intro button').count()).toBe(0);
    await page.setViewportSize({ width: 360, height: 800 });
    for (const path of ['/onboarding', '/onboarding/import', '/onboarding/device-types', '/devices/GF3637']) {
      await page.goto(platform.url + path);
      await page.waitForSelector('h1');
      expect([path, await page.evaluate(() => document.documentElement.scrollWidth)]).toEqual([path, 360]);
    }
    await page.waitForSelector('[data-card=access]');
    expect(await page.locator('[data-card=access] button').count()).toBe(0);
    // Examples are there to read; what costs processor time is not offered, nor asked for (the API would say 403).
    await page.goto(`${platform.url}/onboarding/device-types/generic-recycling-bin`);
    await page.waitForSelector('text=half full and closed');
    expect(await page.locator('.try, [data-failed], [data-passed]').count()).toBe(0);
  });

  it('offers a viewer nothing that a viewer may not do, and says so when the session has ended', async () => {
    await send({ pm25: 180 });
    const password = 'only-looks-at-things-7';
    await platform.request('PUT', '/v1/accounts/looker', { password, role: 'viewer' });
    const looking = await WatchedPage.open(browser, platform);
    const { page: other } = looking;
    await other.goto(platform.url);
    await other.fill('[name=username]', 'looker');
    await other.fill('[name=password]', password);
    await other.keyboard.press('Enter');
    await other.waitForSelector('.alarm');
    expect(await other.locator('.alarm button:text-is("Acknowledge")').count()).toBe(0);
    await other.click('.alarm >> text=Timeline');
    await looking.sees(/Raised \d+ \w+ \d+, [\d:]+ HKT/);
    expect(await other.locator('dialog textarea').count()).toBe(0);
    expect(await looking.accessibilityFaults()).toEqual([]);
    await other.click('dialog >> text=Close');
    await other.goto(`${platform.url}/devices/NO-SUCH-1`);
    await looking.sees('There is no device NO-SUCH-1 here.');
    expect(await other.title()).toBe('There is no device NO-SUCH-1 here. · Lamplighter');
    await other.context().clearCookies();
    await other.click('text=Data quality');
    await looking.sees('Your session has ended. Sign in again to go on.');
    expect(await looking.accessibilityFaults()).toEqual([]);
    await other.close();
  });

  it('asks nobody but its own origin, and never trips its policy', () => {
    expect(watched.foreignRequests).toEqual([]);
    expect(watched.complaints.filter((line) => !/401/.test(line))).toEqual([]);
  });
});
