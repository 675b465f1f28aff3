import { useNavigate } from '@tanstack/react-router';
import type { GeoJSONSource, MapLayerMouseEvent } from 'maplibre-gl';
import { useEffect } from 'react';
import { SeverityMark } from '../alarms/severity-mark';
import { SEVERITIES, type Device, type Severity } from '../api/types';
import { useLanguage } from '../i18n';
import { CLUSTERS, DEVICE_LAYERS, DEVICES, featuresOf, SOURCE } from './device-layers';
import { useCityMap } from './use-city-map';

/** Devices by alarm state over the 18 districts. */
export default function DeviceMap({
  devices,
  worst,
}: {
  devices: readonly Device[];
  worst: ReadonlyMap<string, Severity>;
}) {
  const { t } = useLanguage();
  const { frame, map, failed } = useCityMap(t('map.label'), DEVICE_LAYERS);
  const navigate = useNavigate();

  useEffect(() => {
    if (!map) return;
    const open = (event: MapLayerMouseEvent): void => {
      const id: unknown = event.features?.[0]?.properties['id'];
      if (typeof id === 'string') void navigate({ to: '/devices/$id', params: { id } });
    };
    const zoomIn = async (event: MapLayerMouseEvent): Promise<void> => {
      const cluster: unknown = event.features?.[0]?.properties['cluster_id'];
      if (typeof cluster !== 'number') return;
      const zoom = await map.getSource<GeoJSONSource>(SOURCE)!.getClusterExpansionZoom(cluster);
      map.easeTo({ center: event.lngLat, zoom, animate: !matchMedia('(prefers-reduced-motion: reduce)').matches });
    };
    const onCluster = (event: MapLayerMouseEvent): void => void zoomIn(event);
    const point = (cursor: string) => (): void => void (map.getCanvas().style.cursor = cursor);
    const subscriptions = [
      map.on('click', DEVICES, open),
      map.on('click', CLUSTERS, onCluster),
      ...[DEVICES, CLUSTERS].flatMap((layer) => [
        map.on('mouseenter', layer, point('pointer')),
        map.on('mouseleave', layer, point('')),
      ]),
    ];
    return () => {
      for (const subscription of subscriptions) subscription.unsubscribe();
    };
  }, [map, navigate]);

  useEffect(() => {
    void map?.getSource<GeoJSONSource>(SOURCE)?.setData(featuresOf(devices, worst));
  }, [map, devices, worst]);

  if (failed) return <p className="state">{t('map.failed')}</p>;
  return (
    <div className="map-frame">
      <div ref={frame} className="map" role="application" aria-label={t('map.label')} data-ready={map !== null} />
      <ul className="legend" aria-label={t('map.legend')}>
        {[...SEVERITIES, 'normal' as const].map((severity) => (
          <li key={severity}>
            <SeverityMark severity={severity} /> {t(`severity.${severity}`)}
          </li>
        ))}
      </ul>
    </div>
  );
}
