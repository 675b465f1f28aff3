import { defineKind } from './define-kind.js';
import type { SimulationContext } from './kind.js';
import { LinkMargin, ReceivedSignalStrength, SignalToNoiseRatio } from './link-measures.js';
import { AirTemperature, BatteryLevel, RelativeHumidity } from './measures.js';
import { clamp, elapsedHours, episode, rounded, trait, wander } from './simulation.js';
import { titles } from './titles.js';

/** A general environment node on GWIN, the government's own LoRa network. */
export class LpwanNodePayload {
  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @BatteryLevel()
  battery?: number;

  @ReceivedSignalStrength()
  rssi?: number;

  @SignalToNoiseRatio()
  snr?: number;

  @LinkMargin()
  linkMargin?: number;
}

export const lpwanNode = defineKind({
  name: 'lpwan-node',
  titles: titles('LPWAN environment node', 'LPWAN 環境感測器', 'LPWAN 环境传感器'),
  description: titles(
    'A battery-powered node on the Government-Wide IoT Network that measures temperature and humidity.',
    '以電池供電、經「政府無線物聯網」傳送溫度及濕度的感測器。',
    '以电池供电、经「政府无线物联网」传送温度及湿度的传感器。',
  ),
  department: 'emsd',
  intervalMs: 900_000,
  payload: LpwanNodePayload,
  simulate: simulateLpwanNode,
  alarms: [
    {
      id: 'lpwan-node-battery-low',
      type: 'threshold',
      titles: titles('Battery low', '電池電量不足', '电池电量不足'),
      severity: 'low',
      metric: 'battery',
      when: 'below',
      limit: 15,
      hysteresis: 5,
      onDelayMs: 3_600_000,
      offDelayMs: 3_600_000,
      advice: titles('Plan a new battery within four weeks.', '於四星期內安排更換電池。', '于四星期内安排更换电池。'),
    },
    {
      id: 'lpwan-node-link-weak',
      type: 'threshold',
      titles: titles('Radio link weak', '無線電鏈路微弱', '无线电链路微弱'),
      severity: 'low',
      metric: 'linkMargin',
      when: 'below',
      limit: 3,
      hysteresis: 3,
      onDelayMs: 7_200_000,
      offDelayMs: 3_600_000,
      advice: titles(
        'Look for a new obstacle, or move the antenna; check the nearest gateway.',
        '檢查有否新障礙物或調整天線，並檢查最近的網關。',
        '检查有否新障碍物或调整天线，并检查最近的网关。',
      ),
    },
    {
      id: 'lpwan-node-hot',
      type: 'threshold',
      titles: titles('Temperature above the limit', '溫度超出上限', '温度超出上限'),
      severity: 'medium',
      metric: 'temperature',
      when: 'above',
      limit: 45,
      hysteresis: 2,
      onDelayMs: 1_800_000,
      offDelayMs: 1_800_000,
      advice: titles(
        'Check the place for a fire or a blocked vent; if there is none, shade the sensor.',
        '檢查現場有否火警或通風口阻塞；如沒有，為感測器加設遮蔭。',
        '检查现场有否火警或通风口堵塞；如没有，为传感器加设遮阳。',
      ),
    },
    {
      id: 'lpwan-node-absent',
      type: 'absence',
      titles: titles('No data', '沒有數據', '没有数据'),
      severity: 'low',
      intervals: 4,
      advice: titles(
        'Check whether other nodes of the same gateway are silent too; then the battery.',
        '查看同一網關的其他感測器是否同樣沒有數據，再檢查電池。',
        '查看同一网关的其他传感器是否同样没有数据，再检查电池。',
      ),
    },
  ],
});

/** Months of battery, a radio link that suffers from rain and now and then from a parked lorry. */
function simulateLpwanNode(context: SimulationContext): Record<string, number> {
  const elapsed = elapsedHours(context);
  const { weather } = context;
  const blocked = episode(context, 'blocked', elapsed, { perDay: 0.05, hours: 3 }) ? 18 : 0;
  const rssi =
    -75 - 35 * trait(context, 'distance') - blocked - Math.min(4, weather.rainRate / 10) + 2 * context.gaussian();
  const snr = clamp((rssi + 115) / 3.5, -19, 12) + context.gaussian();
  const used = (context.memory.get('used') ?? 70 * trait(context, 'battery')) + elapsed * 0.004;
  context.memory.set('used', used >= 99 ? 0 : used);
  return {
    temperature: rounded(clamp(weather.temperature + 0.5 * wander(context, 'warmth', elapsed, 3), -40, 85), 1),
    humidity: rounded(clamp(weather.humidity + 2 * wander(context, 'damp', elapsed, 3), 0, 100), 1),
    battery: Math.round(clamp(100 - used, 0, 100)),
    rssi: Math.round(clamp(rssi, -160, 0)),
    snr: rounded(clamp(snr, -40, 40), 1),
    linkMargin: Math.round(clamp(snr + 20, 0, 254)),
  };
}
