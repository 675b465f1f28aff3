import { useNavigate } from '@tanstack/react-router';
import type { GeoJSONSource, Map as MapLibreMap, MapLayerMouseEvent } from 'maplibre-gl';
import * as maplibre from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { useEffect, useRef, useState } from 'react';
import { SeverityMark } from '../alarms/severity-mark';
import { SEVERITIES, type Device, type Severity } from '../api/types';
import { useLanguage } from '../i18n';
import districtsUrl from './districts.geo.json?url';
import { addLayers, CLUSTERS, DEVICES, featuresOf, HONG_KONG, SOURCE, watchColours } from './map-layers';

maplibre.setWorkerUrl(workerUrl);

/** Devices by alarm state over the 18 districts. Drawn wholly from our own origin: no tiles, no fonts from elsewhere. */
export default function DeviceMap({
  devices,
  worst,
}: {
  devices: readonly Device[];
  worst: ReadonlyMap<string, Severity>;
}) {
  const { t } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const [failed, setFailed] = useState(false);
  const navigate = useNavigate();

  useEffect(() => {
    let drawn: MapLibreMap;
    try {
      drawn = new maplibre.Map({
        container: frame.current!,
        style: { version: 8, sources: {}, layers: [] },
        bounds: HONG_KONG,
        fitBoundsOptions: { padding: 16 },
        attributionControl: false,
        dragRotate: false,
        pitchWithRotate: false,
        maxPitch: 0,
      });
    } catch {
      setFailed(true);
      return;
    }
    drawn.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-left');
    drawn.touchZoomRotate.disableRotation();
    let unwatch: (() => void) | undefined;
    drawn.on('load', () => {
      addLayers(drawn, districtsUrl);
      unwatch = watchColours(drawn);
      setMap(drawn);
    });
    return () => {
      unwatch?.();
      drawn.remove();
      setMap(null);
    };
  }, []);

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
