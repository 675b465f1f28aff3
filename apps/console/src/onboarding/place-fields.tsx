import { lazy, Suspense, useState } from 'react';
import { useLanguage } from '../i18n';
import type { Position } from '../map/position-map';
import { Loading } from '../shell/states';

const PositionMap = lazy(() => import('../map/position-map'));
/** About a metre. */
const DIGITS = 5;

/** As typed. */
export interface Place {
  readonly latitude: string;
  readonly longitude: string;
}

export const NO_PLACE: Place = { latitude: '', longitude: '' };

/** Where a device stands: typed, chosen on the map, or where the reader is. */
export function PlaceFields({ place, setPlace }: { place: Place; setPlace: (place: Place) => void }) {
  const { t } = useLanguage();
  const [unknown, setUnknown] = useState(false);
  const choose = ({ latitude, longitude }: Position): void => {
    setUnknown(false);
    setPlace({ latitude: latitude.toFixed(DIGITS), longitude: longitude.toFixed(DIGITS) });
  };
  return (
    <>
      <div className="form-grid">
        <Coordinate name="latitude" limit={90} place={place} setPlace={setPlace} />
        <Coordinate name="longitude" limit={180} place={place} setPlace={setPlace} />
      </div>
      <p className="muted">
        {t('quarantine.onMap')}{' '}
        {'geolocation' in navigator && (
          <button
            type="button"
            onClick={() =>
              navigator.geolocation.getCurrentPosition(
                ({ coords }) => choose(coords),
                () => setUnknown(true),
                { enableHighAccuracy: true },
              )
            }
          >
            {t('onboarding.here')}
          </button>
        )}
      </p>
      {unknown && (
        <p className="fault" role="alert">
          {t('onboarding.hereUnknown')}
        </p>
      )}
      <Suspense fallback={<Loading />}>
        <PositionMap position={positionOf(place)} choose={choose} />
      </Suspense>
    </>
  );
}

function Coordinate({
  name,
  limit,
  place,
  setPlace,
}: {
  name: keyof Place;
  limit: number;
  place: Place;
  setPlace: (place: Place) => void;
}) {
  const { t } = useLanguage();
  return (
    <label>
      {t(`quarantine.${name}`)}
      <input
        name={name}
        type="number"
        inputMode="decimal"
        required
        step="any"
        min={-limit}
        max={limit}
        value={place[name]}
        onChange={(event) => setPlace({ ...place, [name]: event.target.value })}
      />
    </label>
  );
}

function positionOf({ latitude, longitude }: Place): Position | null {
  if (latitude === '' || longitude === '') return null;
  const position = { latitude: Number(latitude), longitude: Number(longitude) };
  return Math.abs(position.latitude) <= 90 && Math.abs(position.longitude) <= 180 ? position : null;
}
