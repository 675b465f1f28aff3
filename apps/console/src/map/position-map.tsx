import type { Map as MapLibreMap } from 'maplibre-gl';
import * as maplibre from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { useEffect, useRef, useState } from 'react';
import { useLanguage } from '../i18n';
import districtsUrl from './districts.geo.json?url';
import { addLand, HONG_KONG } from './map-layers';

maplibre.setWorkerUrl(workerUrl);

export interface Position {
  readonly latitude: number;
  readonly longitude: number;
}

/** A click puts the device where it stands. The fields for latitude and longitude beside it do the same by keyboard. */
export default function PositionMap({
  position,
  choose,
}: {
  position: Position | null;
  choose: (position: Position) => void;
}) {
  const { t } = useLanguage();
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const [failed, setFailed] = useState(false);
  const latest = useRef(choose);
  latest.current = choose;

  useEffect(() => {
    let drawn: MapLibreMap;
    try {
      drawn = new maplibre.Map({
        container: frame.current!,
        style: { version: 8, sources: {}, layers: [] },
        bounds: HONG_KONG,
        fitBoundsOptions: { padding: 8 },
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
    drawn.on('load', () => {
      addLand(drawn, districtsUrl);
      setMap(drawn);
    });
    drawn.on('click', ({ lngLat }) => latest.current({ latitude: lngLat.lat, longitude: lngLat.lng }));
    return () => {
      drawn.remove();
      setMap(null);
    };
  }, []);

  useEffect(() => {
    if (!map || position === null) return;
    const element = document.createElement('div');
    element.className = 'map-pin';
    const marker = new maplibre.Marker({ element }).setLngLat([position.longitude, position.latitude]).addTo(map);
    return () => void marker.remove();
  }, [map, position]);

  if (failed) return <p className="state">{t('map.failed')}</p>;
  return (
    <div className="map-frame position-map">
      <div
        ref={frame}
        className="map"
        role="application"
        aria-label={t('quarantine.onMap')}
        data-ready={map !== null}
      />
    </div>
  );
}
