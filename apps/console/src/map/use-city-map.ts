import type { Map as MapLibreMap } from 'maplibre-gl';
import * as maplibre from 'maplibre-gl';
import 'maplibre-gl/dist/maplibre-gl.css';
import workerUrl from 'maplibre-gl/dist/maplibre-gl-worker.mjs?worker&url';
import { type RefObject, useEffect, useRef, useState } from 'react';
import { useLanguage } from '../i18n';
import districtsUrl from './districts.geo.json?url';
import { addLand, paintLand } from './land-layers';

maplibre.setWorkerUrl(workerUrl);

/** West, south, east and north of Hong Kong's land. */
const HONG_KONG: [number, number, number, number] = [113.83, 22.18, 114.42, 22.56];

/** What a page draws over the land. The same object at each render: another one is not looked at. */
export interface Overlay {
  readonly add: (map: MapLibreMap) => void;
  /** In the colours of the scheme that the reader's system has changed to. */
  readonly paint: (map: MapLibreMap) => void;
}

export interface CityMap {
  /** Of the element that the map fills. */
  readonly frame: RefObject<HTMLDivElement | null>;
  /** Null until land and overlay are there. */
  readonly map: MapLibreMap | null;
  /** The browser cannot draw maps. */
  readonly failed: boolean;
}

/** A map of the 18 districts, north up; `label` is its name. Drawn wholly from our own origin: no tiles, no fonts from elsewhere. */
export function useCityMap(label: string, overlay?: Overlay): CityMap {
  const { t } = useLanguage();
  const [zoomIn, zoomOut] = [t('map.zoomIn'), t('map.zoomOut')];
  const frame = useRef<HTMLDivElement>(null);
  const [map, setMap] = useState<MapLibreMap | null>(null);
  const [failed, setFailed] = useState(false);
  const drawnOver = useRef(overlay);

  // Drawn anew in another language: its controls have theirs for good.
  useEffect(() => {
    let drawn: MapLibreMap;
    try {
      drawn = openMap(frame.current!, { zoomIn, zoomOut, label });
    } catch {
      setFailed(true);
      return;
    }
    let unwatch: (() => void) | undefined;
    drawn.on('load', () => {
      addLand(drawn, districtsUrl);
      drawnOver.current?.add(drawn);
      unwatch = watchScheme(() => {
        paintLand(drawn);
        drawnOver.current?.paint(drawn);
      });
      setMap(drawn);
    });
    return () => {
      unwatch?.();
      drawn.remove();
      setMap(null);
    };
  }, [zoomIn, zoomOut, label]);

  return { frame, map, failed };
}

function openMap(container: HTMLDivElement, texts: Record<'zoomIn' | 'zoomOut' | 'label', string>): MapLibreMap {
  const map = new maplibre.Map({
    container,
    style: { version: 8, sources: {}, layers: [] },
    bounds: HONG_KONG,
    fitBoundsOptions: { padding: 16 },
    locale: {
      'NavigationControl.ZoomIn': texts.zoomIn,
      'NavigationControl.ZoomOut': texts.zoomOut,
      'Map.Title': texts.label,
    },
    attributionControl: false,
    dragRotate: false,
    pitchWithRotate: false,
    maxPitch: 0,
  });
  map.addControl(new maplibre.NavigationControl({ showCompass: false }), 'top-left');
  map.touchZoomRotate.disableRotation();
  return map;
}

/** Light or dark, as the reader's system has it. */
function watchScheme(changed: () => void): () => void {
  const dark = matchMedia('(prefers-color-scheme: dark)');
  dark.addEventListener('change', changed);
  return () => dark.removeEventListener('change', changed);
}
