import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import {
  networkServersQuery,
  useRemoveServer,
  useRevokeServerKey,
  useRotateServerKey,
  type NetworkServer,
  type NetworkServerWithKey,
} from '../api/network-servers';
import { sessionQuery } from '../api/queries';
import { useLanguage } from '../i18n';
import { mayActAs } from '../session/may';
import { Confirmation, Modal } from '../shell/modal';
import { Failure, Loading } from '../shell/states';
import { ConnectDialog, ServerKey } from './connect-dialog';
import { ServerTable, type ServerAction } from './server-table';
import { OnboardingFrame, PageIntro } from './onboarding-frame';

/** LoRaWAN network servers: where the messages of devices without a connection of their own come from. */
export function NetworkServersPage() {
  const { t } = useLanguage();
  const session = useQuery(sessionQuery).data;
  const may = mayActAs(session, 'engineer') && session?.departments === null;
  const [connecting, setConnecting] = useState(false);
  const [asked, setAsked] = useState<{ readonly action: ServerAction; readonly server: NetworkServer } | null>(null);
  return (
    <OnboardingFrame page="servers">
      <PageIntro text={t('onboarding.servers.intro')}>
        {may && (
          <button type="button" className="primary" onClick={() => setConnecting(true)}>
            {t('onboarding.servers.connect')}
          </button>
        )}
      </PageIntro>
      {may ? (
        <Servers ask={(action, server) => setAsked({ action, server })} />
      ) : (
        <p className="state">{t('onboarding.servers.needsAll')}</p>
      )}
      {connecting && <ConnectDialog close={() => setConnecting(false)} />}
      {asked && <Action {...asked} close={() => setAsked(null)} />}
    </OnboardingFrame>
  );
}

function Servers({ ask }: { ask: (action: ServerAction, server: NetworkServer) => void }) {
  const { t } = useLanguage();
  const servers = useQuery(networkServersQuery);
  if (servers.isPending) return <Loading />;
  if (servers.isLoadingError) return <Failure text="onboarding.failed" retry={() => void servers.refetch()} />;
  if (servers.data.length === 0)
    return (
      <div className="state">
        <p>{t('onboarding.servers.none')}</p>
        <p className="muted">{t('onboarding.servers.noneHint')}</p>
      </div>
    );
  return <ServerTable servers={servers.data} ask={ask} />;
}

/** Asks before what cuts a network server off, and shows the new key of one that got one. */
function Action({ action, server, close }: { action: ServerAction; server: NetworkServer; close: () => void }) {
  const { t } = useLanguage();
  const [renewed, setRenewed] = useState<NetworkServerWithKey | null>(null);
  const rotate = useRotateServerKey();
  const revoke = useRevokeServerKey();
  const remove = useRemoveServer();
  const { isPending, error } = { rotate, revoke, remove }[action];
  const confirm = (): void => {
    if (action === 'rotate') rotate.mutate(server.id, { onSuccess: setRenewed });
    else (action === 'revoke' ? revoke : remove).mutate(server.id, { onSuccess: close });
  };
  if (renewed)
    return (
      <Modal heading={t('onboarding.servers.rotateHeading', { id: server.id })} wide holds close={close}>
        <ServerKey server={renewed} close={close} />
      </Modal>
    );
  return (
    <Confirmation
      heading={t(`onboarding.servers.${action}Heading`, { id: server.id })}
      consequence={t(`onboarding.servers.${action}Text`)}
      action={t(`onboarding.servers.${action}`)}
      busy={isPending}
      error={error}
      confirm={confirm}
      close={close}
    />
  );
}
