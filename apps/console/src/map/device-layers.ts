import type { ExpressionSpecification, Map as MapLibreMap } from 'maplibre-gl';
import { SEVERITY_PATHS } from '../alarms/severity-mark';
import { SEVERITIES, type Device, type Severity } from '../api/types';
import { colour } from './land-layers';
import type { Overlay } from './use-city-map';

export const SOURCE = 'devices';
export const DEVICES = 'device-marks';
export const CLUSTERS = 'clusters';

/** 0 is normal, 4 is critical: clusters keep the greatest. */
const rankOf = (severity: Severity | undefined): number =>
  severity === undefined ? 0 : SEVERITIES.length - SEVERITIES.indexOf(severity);
const BY_RANK: readonly (Severity | 'normal')[] = ['normal', ...SEVERITIES.toReversed()];

export function featuresOf(devices: readonly Device[], worst: ReadonlyMap<string, Severity>) {
  return {
    type: 'FeatureCollection' as const,
    features: devices.map((device) => ({
      type: 'Feature' as const,
      geometry: { type: 'Point' as const, coordinates: [device.longitude, device.latitude] },
      properties: { id: device.id, rank: rankOf(worst.get(device.id)) },
    })),
  };
}

const byRank = (values: readonly string[], property: string): ExpressionSpecification =>
  [
    'match',
    ['get', property],
    ...values.flatMap((value, rank) => [rank, value]).slice(2),
    values[0]!,
  ] as unknown as ExpressionSpecification;

/** Devices by their worst alarm; where they stand close together, a circle with their number. */
export const DEVICE_LAYERS: Overlay = { add: addDevices, paint: paintDevices };

function addDevices(map: MapLibreMap): void {
  for (const severity of BY_RANK) map.addImage(`mark-${severity}`, drawMark(severity), { pixelRatio: 2 });
  map.addSource(SOURCE, {
    type: 'geojson',
    data: { type: 'FeatureCollection', features: [] },
    cluster: true,
    clusterRadius: 34,
    clusterMaxZoom: 14,
    clusterProperties: { worst: ['max', ['get', 'rank']] },
  });
  map.addLayer({
    id: CLUSTERS,
    type: 'circle',
    source: SOURCE,
    filter: ['has', 'point_count'],
    paint: {
      'circle-radius': ['interpolate', ['linear'], ['ln', ['get', 'point_count']], 0.7, 10, 6, 22],
      'circle-stroke-width': ['match', ['get', 'worst'], 0, 1, 3.5],
    },
  });
  map.addLayer({
    id: 'cluster-counts',
    type: 'symbol',
    source: SOURCE,
    filter: ['has', 'point_count'],
    layout: {
      'text-field': ['get', 'point_count_abbreviated'],
      'text-size': 12,
      'text-allow-overlap': true,
      'text-font': ['sans-serif'],
    },
  });
  // The shape of the worst, beside the number: the colour of the ring alone is no sign to everybody (WCAG 1.4.1).
  map.addLayer({
    id: 'cluster-marks',
    type: 'symbol',
    source: SOURCE,
    filter: ['all', ['has', 'point_count'], ['>', ['get', 'worst'], 0]],
    layout: {
      'icon-image': byRank(
        BY_RANK.map((severity) => `mark-${severity}`),
        'worst',
      ),
      'icon-offset': [
        'interpolate',
        ['linear'],
        ['ln', ['get', 'point_count']],
        0.7,
        ['literal', [9, -9]],
        6,
        ['literal', [17, -17]],
      ],
      'icon-allow-overlap': true,
      'icon-ignore-placement': true,
      'symbol-sort-key': ['get', 'worst'],
    },
  });
  map.addLayer({
    id: DEVICES,
    type: 'symbol',
    source: SOURCE,
    filter: ['!', ['has', 'point_count']],
    layout: {
      'icon-image': byRank(
        BY_RANK.map((severity) => `mark-${severity}`),
        'rank',
      ),
      'icon-allow-overlap': true,
      'symbol-sort-key': ['get', 'rank'],
    },
  });
  paintDevices(map);
}

function paintDevices(map: MapLibreMap): void {
  for (const severity of BY_RANK) map.updateImage(`mark-${severity}`, drawMark(severity));
  map.setPaintProperty(CLUSTERS, 'circle-color', colour('map-cluster'));
  map.setPaintProperty(
    CLUSTERS,
    'circle-stroke-color',
    byRank(
      BY_RANK.map((severity) => colour(severity)),
      'worst',
    ),
  );
  map.setPaintProperty('cluster-counts', 'text-color', colour('text'));
}

const MARK_PIXELS = 40;

function drawMark(severity: Severity | 'normal'): ImageData {
  const canvas = document.createElement('canvas');
  canvas.width = canvas.height = MARK_PIXELS;
  const context = canvas.getContext('2d')!;
  context.translate(4, 4);
  context.scale(2, 2);
  const path = new Path2D(SEVERITY_PATHS[severity]);
  context.lineJoin = 'round';
  context.lineWidth = 2;
  context.strokeStyle = colour('map-land');
  context.stroke(path);
  context.fillStyle = colour(severity);
  context.fill(path);
  return context.getImageData(0, 0, MARK_PIXELS, MARK_PIXELS);
}
