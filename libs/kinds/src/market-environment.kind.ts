import { Ammonia, CarbonDioxide, HydrogenSulphide, NoiseLevel, Pm25 } from './air-measures.js';
import { above, absent, CHECK_SUPPLY, isTrue, MINUTE } from './alarm-defaults.js';
import { defineKind } from './define-kind.js';
import { smartDataModel } from './definitions.js';
import type { SimulationContext } from './kind.js';
import { AirTemperature, Flag, PeopleCount, RelativeHumidity, WetFloor } from './measures.js';
import { bell, clamp, countOf, elapsedHours, episode, minutesCounted, trait, within } from './simulation.js';
import { titles } from './titles.js';

/** The hall of a public market: is it fit to shop and to work in. */
export class MarketEnvironmentPayload {
  @AirTemperature()
  temperature?: number;

  @RelativeHumidity()
  humidity?: number;

  @CarbonDioxide()
  co2?: number;

  @Pm25()
  pm25?: number;

  @Ammonia()
  ammonia?: number;

  @HydrogenSulphide()
  h2s?: number;

  @NoiseLevel()
  noise?: number;

  @PeopleCount()
  people?: number;

  @WetFloor()
  wetFloor?: boolean;

  @Flag('drainBlocked', smartDataModel('Device', 'waterDetected'), titles('Drain blocked', '渠道淤塞', '排水沟淤塞'))
  drainBlocked?: boolean;

  @Flag(
    'ventilationFailure',
    smartDataModel('Device', 'deviceState'),
    titles('Ventilation fault', '通風系統故障', '通风系统故障'),
  )
  ventilationFault?: boolean;
}

export const marketEnvironment = defineKind({
  name: 'market-environment',
  titles: titles('Market environment monitor', '街市環境監測儀', '街市环境监测仪'),
  description: titles(
    'Measures air, noise, floors and visitors of a public market.',
    '監測公眾街市的空氣、噪音、地面情況及人流。',
    '监测公众街市的空气、噪声、地面情况及人流。',
  ),
  department: 'fehd',
  intervalMs: 300_000,
  payload: MarketEnvironmentPayload,
  simulate: simulateMarketEnvironment,
  alarms: [
    above(
      'market-environment-hot',
      'medium',
      { metric: 'temperature', limit: 33, hysteresis: 1.5, holdMs: 30 * MINUTE },
      titles('Market hall too hot', '街市溫度過高', '街市温度过高'),
      titles(
        'Check the air conditioning; open the doors and set up fans for the stalls that need them.',
        '檢查冷氣系統；打開出入口並為有需要的檔位加設風扇。',
        '检查空调系统；打开出入口并为有需要的摊位加设风扇。',
      ),
    ),
    above(
      'market-environment-co2-high',
      'low',
      { metric: 'co2', limit: 1500, hysteresis: 200, holdMs: 20 * MINUTE },
      titles('Air is stale', '空氣流通不足', '空气流通不足'),
      titles('Raise the fresh air of the ventilation.', '增加通風系統的鮮風量。', '增加通风系统的新风量。'),
    ),
    above(
      'market-environment-ammonia-high',
      'medium',
      { metric: 'ammonia', limit: 2, hysteresis: 0.5, holdMs: 15 * MINUTE },
      titles('Ammonia above the limit', '氨濃度超出上限', '氨气浓度超出上限'),
      titles(
        'Look for a leak of a cold store and for drains that were not flushed.',
        '檢查凍房有否洩漏及渠道是否未沖洗。',
        '检查冷库有无泄漏及排水沟是否未冲洗。',
      ),
    ),
    isTrue(
      'market-environment-drain-blocked',
      'medium',
      'drainBlocked',
      15 * MINUTE,
      titles('Drain blocked', '渠道淤塞', '排水沟淤塞'),
      titles(
        'Send the cleaning contractor before the evening rush.',
        '晚市前派清潔承辦商清理。',
        '晚市前派清洁承包商清理。',
      ),
    ),
    isTrue(
      'market-environment-ventilation-fault',
      'medium',
      'ventilationFault',
      10 * MINUTE,
      titles('Ventilation fault', '通風系統故障', '通风系统故障'),
      titles(
        'Ask EMSD to repair it; watch carbon dioxide until then.',
        '要求機電署維修，其間留意二氧化碳水平。',
        '要求机电署维修，其间留意二氧化碳水平。',
      ),
    ),
    absent('market-environment', 'low', 6, CHECK_SUPPLY),
  ],
});

/** Morning and late afternoon are the hours of the market; water, fish and people do the rest. */
function simulateMarketEnvironment(context: SimulationContext): Record<string, number | boolean> {
  const elapsed = elapsedHours(context);
  const { hour, weather } = context;
  const open = bell(hour, 9.5, 2) + 0.8 * bell(hour, 17.5, 1.8) + 0.02;
  const ventilationFault = episode(context, 'fan', elapsed, { perDay: 0.03, hours: 3 });
  const drainBlocked = episode(context, 'drain', elapsed, { perDay: 0.05, hours: 2 });
  const cooled = ventilationFault ? 0 : 0.5 + 0.4 * trait(context, 'cooling');
  const temperature = weather.temperature + 1 - cooled * Math.max(0, weather.temperature - 25) + 1.5 * open;
  return {
    temperature: within(temperature + 0.2 * context.gaussian(), -40, 85, 1),
    humidity: within(0.5 * weather.humidity + 38 + context.gaussian(), 0, 100, 1),
    co2: within(430 + 600 * open * (ventilationFault ? 2 : 1) + 15 * context.gaussian(), 0, 50_000),
    pm25: within((10 + 25 * open) * (1 + 0.1 * context.gaussian()), 0, 1000, 1),
    ammonia: within(0.08 + 0.4 * open + (drainBlocked ? 1.2 : 0) + 0.02 * context.gaussian(), 0, 100, 2),
    h2s: within(0.005 + 0.01 * open + (drainBlocked ? 0.05 : 0) + 0.002 * context.gaussian(), 0, 100, 3),
    noise: within(52 + 20 * clamp(open, 0, 1) + 1.5 * context.gaussian(), 20, 140, 1),
    people: Math.min(100_000, countOf(context, 35 * open * (0.4 + trait(context, 'trade')) * minutesCounted(elapsed))),
    wetFloor: drainBlocked || episode(context, 'wet', elapsed, { perDay: 2 * open, hours: 0.4 }),
    drainBlocked,
    ventilationFault,
  };
}
