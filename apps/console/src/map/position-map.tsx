import { Marker } from 'maplibre-gl';
import { useEffect, useRef } from 'react';
import { useLanguage } from '../i18n';
import { useCityMap } from './use-city-map';

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
  const { frame, map, failed } = useCityMap(t('quarantine.onMap'));
  const latest = useRef(choose);
  latest.current = choose;

  useEffect(() => {
    const clicks = map?.on('click', ({ lngLat }) => latest.current({ latitude: lngLat.lat, longitude: lngLat.lng }));
    return () => clicks?.unsubscribe();
  }, [map]);

  useEffect(() => {
    if (!map || position === null) return;
    const element = document.createElement('div');
    element.className = 'map-pin';
    const marker = new Marker({ element }).setLngLat([position.longitude, position.latitude]).addTo(map);
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
