import type { NetworkServer } from '../api/network-servers';
import { useLanguage } from '../i18n';
import { Age } from '../shell/states';

export type ServerAction = 'rotate' | 'revoke' | 'remove';

export function ServerTable({
  servers,
  ask,
}: {
  servers: readonly NetworkServer[];
  ask: (action: ServerAction, server: NetworkServer) => void;
}) {
  const { t } = useLanguage();
  return (
    <div className="table-frame" tabIndex={0} role="region" aria-label={t('onboarding.tabs.servers')}>
      <table>
        <thead>
          <tr>
            <th scope="col">{t('onboarding.servers.server')}</th>
            <th scope="col">{t('onboarding.servers.type')}</th>
            <th scope="col">{t('devices.state')}</th>
            <th scope="col">{t('onboarding.servers.lastMessage')}</th>
            <th scope="col">{t('onboarding.servers.applications')}</th>
            <th scope="col">{t('onboarding.servers.downlinks')}</th>
            <th scope="col">{t('quarantine.actions')}</th>
          </tr>
        </thead>
        <tbody>
          {servers.map((server) => (
            <ServerRow key={server.id} server={server} ask={(action) => ask(action, server)} />
          ))}
        </tbody>
      </table>
    </div>
  );
}

function ServerRow({ server, ask }: { server: NetworkServer; ask: (action: ServerAction) => void }) {
  const { t } = useLanguage();
  const { id, name, type, applications, downlink, active, lastMessageAt } = server;
  const state = !active ? 'keyless' : lastMessageAt === null ? 'waiting' : 'heard';
  return (
    <tr data-server={id} data-state={state}>
      <th scope="row">
        {id}
        {name !== id && <small className="muted"> {name}</small>}
      </th>
      <td>{t(`onboarding.servers.types.${type}`)}</td>
      <td className={active ? undefined : 'late'}>{t(`onboarding.servers.states.${state}`)}</td>
      <td>{lastMessageAt === null ? '–' : <Age time={lastMessageAt} />}</td>
      <td>{applications === null ? t('onboarding.servers.allApplications') : applications.join(', ')}</td>
      <td className="wrap">
        {downlink === null
          ? t(type === 'http' ? 'onboarding.servers.noDownlinks' : 'onboarding.servers.overMqtt')
          : downlink.url}
      </td>
      <td className="row-actions">
        {(active ? (['rotate', 'revoke', 'remove'] as const) : (['rotate', 'remove'] as const)).map((action) => (
          <button
            key={action}
            type="button"
            className="quiet"
            aria-label={`${t(`onboarding.servers.${action}`)} ${id}`}
            onClick={() => ask(action)}
          >
            {t(`onboarding.servers.${action}`)}
          </button>
        ))}
      </td>
    </tr>
  );
}
