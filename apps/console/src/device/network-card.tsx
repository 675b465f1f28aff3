import { useQuery } from '@tanstack/react-query';
import { deviceStateQuery, linkQuery, type DeviceState } from '../api/network';
import { kindsQuery } from '../api/queries';
import { useShownValue } from '../format/shown-value';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';

const LINK_KIND = 'lorawan-link';
const SERVERS = { chirpstack: 'ChirpStack', 'the-things-stack': 'The Things Stack' } as const;
const MOST_EVENTS = 3;

/** How the network reaches a LoRaWAN device and how it was heard last; nothing for devices of other ways. */
export function NetworkCard({ device }: { device: string }) {
  const { t } = useLanguage();
  const state = useQuery(deviceStateQuery(device)).data;
  const link = useQuery(linkQuery(device)).data;
  const heard = Object.keys(link?.values ?? {}).length > 0;
  if (!state || (state.updatedAt === null && !heard)) return null;
  return (
    <section aria-labelledby="network-heading" className="card" data-card="network">
      <h2 id="network-heading">{t('network.heading')}</h2>
      <NetworkFacts state={state} />
      {heard && <Link device={device} />}
      <Log log={state.log} />
      <Downlinks downlinks={state.downlinks} />
    </section>
  );
}

function NetworkFacts({ state: { network, battery } }: { state: DeviceState }) {
  const { t } = useLanguage();
  const age = (time: string | null): React.ReactNode => time && <Age time={time} />;
  const facts: [string, React.ReactNode][] = [
    [
      t('network.server'),
      network && `${network.source} (${network.server === 'generic' ? t('network.generic') : SERVERS[network.server]})`,
    ],
    [t('network.application'), network?.application],
    [t('network.address'), network?.devAddr],
    [t('network.joined'), age(network?.joinedAt ?? null)],
    [t('network.lastUplink'), age(network?.lastUplinkAt ?? null)],
    [t('network.gateway'), network?.lastGateway],
    [
      t('quality.battery'),
      battery && (battery.externalPower ? t('network.external') : battery.percent !== null && `${battery.percent} %`),
    ],
    [t('network.margin'), battery?.margin !== null && battery?.margin !== undefined && `${battery.margin} dB`],
  ];
  return (
    <dl className="facts-list">
      {facts
        .filter(([, value]) => value !== null && value !== undefined && value !== false)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{name}</dt>
            <dd>{value}</dd>
          </div>
        ))}
    </dl>
  );
}

/** The values of the companion kind, under its own titles. */
function Link({ device }: { device: string }) {
  const { t, titleOf } = useLanguage();
  const shownValue = useShownValue();
  const values = useQuery(linkQuery(device)).data?.values ?? {};
  const metrics = useQuery(kindsQuery).data?.get(LINK_KIND)?.metrics ?? [];
  return (
    <>
      <h3>{t('network.link')}</h3>
      <dl className="facts-list">
        {metrics
          .filter(({ name }) => values[name] !== undefined && name !== 'gateway')
          .map((metric) => (
            <div key={metric.name} data-metric={metric.name}>
              <dt>{titleOf(metric.titles, metric.name)}</dt>
              <dd>{shownValue(metric, values[metric.name]!.value)}</dd>
            </div>
          ))}
      </dl>
    </>
  );
}

function Log({ log }: { log: DeviceState['log'] }) {
  const { t } = useLanguage();
  if (log.length === 0) return null;
  return (
    <>
      <h3>{t('network.log')}</h3>
      <ul className="events">
        {log.slice(0, MOST_EVENTS).map((entry, index) => (
          <li key={index} data-level={entry.level}>
            <b>{t(`network.level.${entry.level}`)}</b> <code>{entry.code}</code> {entry.description}{' '}
            <span className="muted">
              <Age time={entry.at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

function Downlinks({ downlinks }: { downlinks: DeviceState['downlinks'] }) {
  const { t } = useLanguage();
  if (downlinks.length === 0) return null;
  return (
    <>
      <h3>{t('network.downlinks')}</h3>
      <ul className="events">
        {downlinks.slice(0, MOST_EVENTS).map(({ id, step, fPort, reason, at }) => (
          <li key={id} data-level={step === 'failed' ? 'error' : 'info'}>
            <b>{t(`network.step.${step}`)}</b> {fPort !== null && t('network.port', { port: fPort })} {reason}{' '}
            <span className="muted">
              <Age time={at} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}
