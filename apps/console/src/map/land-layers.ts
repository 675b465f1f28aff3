import type { Map as MapLibreMap } from 'maplibre-gl';

const LAND = 'districts';

/** A colour of the page's style, such as 'map-sea', in the scheme of the moment. */
export const colour = (name: string): string =>
  getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim();

/** Sea, districts and their borders: what every map of ours stands on. */
export function addLand(map: MapLibreMap, districtsUrl: string): void {
  map.addSource(LAND, { type: 'geojson', data: new URL(districtsUrl, location.href).href });
  map.addLayer({ id: 'sea', type: 'background' });
  map.addLayer({ id: 'land', type: 'fill', source: LAND });
  map.addLayer({ id: 'borders', type: 'line', source: LAND, paint: { 'line-width': 0.8 } });
  paintLand(map);
}

export function paintLand(map: MapLibreMap): void {
  map.setPaintProperty('sea', 'background-color', colour('map-sea'));
  map.setPaintProperty('land', 'fill-color', colour('map-land'));
  map.setPaintProperty('borders', 'line-color', colour('map-border'));
}
