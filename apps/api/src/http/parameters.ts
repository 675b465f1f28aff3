import { applyDecorators } from '@nestjs/common';
import { ApiPropertyOptional } from '@nestjs/swagger';
import type { ApiPropertyOptions } from '@nestjs/swagger';
import { Transform } from 'class-transformer';
import { IsIn, IsInt, IsOptional, IsString, Length, Max, Min, ValidateBy } from 'class-validator';

/** Property decorators for query parameters: read the text, check it, and say so in the OpenAPI document. */

/** Offset or Z is required: a time without one means something else on every machine (ISO 8601-1 5.4.2.1). */
const ISO_TIME = /^\d{4}-\d{2}-\d{2}(?:T\d{2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?(?:Z|[+-]\d{2}:?\d{2}))?$/;
/** ECMAScript time values end here, in the year 275760. */
const MAX_TIME = 8.64e15;

/** Milliseconds since the epoch of an ISO 8601 time or of milliseconds as text; NaN when it is neither. */
export function parseTime(text: unknown): number {
  if (typeof text === 'number') return Number.isInteger(text) && Math.abs(text) <= MAX_TIME ? text : NaN;
  if (typeof text !== 'string') return NaN;
  if (/^-?\d{1,16}$/.test(text)) return Math.abs(Number(text)) <= MAX_TIME ? Number(text) : NaN;
  // '+' of an offset arrives as a space when the caller did not escape it.
  const repaired = text.replace(/ (\d{2}:?\d{2})$/, '+$1');
  return ISO_TIME.test(repaired) ? Date.parse(repaired) : NaN;
}

export function isoTime(time: number): string {
  return new Date(time).toISOString();
}

export function QueryTime(description: string): PropertyDecorator {
  return optional(
    { type: String, description: `${description} ISO 8601 with an offset, or milliseconds since 1970.` },
    [
      Transform(({ value }) => (value === undefined ? undefined : parseTime(value))),
      ValidateBy({
        name: 'isTime',
        validator: {
          validate: (value) => typeof value === 'number' && Number.isFinite(value),
          defaultMessage: () => 'Send ISO 8601 with an offset (2026-11-20T08:00:00+08:00) or milliseconds since 1970.',
        },
      }),
    ],
  );
}

export function QueryInteger(
  description: string,
  range: { min: number; max: number; fallback?: number },
): PropertyDecorator {
  const { min, max, fallback } = range;
  return optional({ type: Number, description, minimum: min, maximum: max, default: fallback }, [
    Transform(({ value }) => (value === undefined ? undefined : Number(value))),
    IsInt(),
    Min(min),
    Max(max),
  ]);
}

export function QueryText(description: string, example?: string): PropertyDecorator {
  return optional({ type: String, description, example }, [IsString(), Length(1, 256)]);
}

export function QueryChoice(description: string, choices: readonly string[], fallback?: string): PropertyDecorator {
  return optional({ enum: [...choices], description, default: fallback }, [
    IsIn([...choices], { message: `Send one of ${choices.join(', ')}.` }),
  ]);
}

export function QueryFlag(description: string): PropertyDecorator {
  return optional({ type: Boolean, description }, [
    Transform(({ value }) =>
      value === 'true' || value === '1' ? true : value === 'false' || value === '0' ? false : value,
    ),
    ValidateBy({
      name: 'isFlag',
      validator: { validate: (value) => typeof value === 'boolean', defaultMessage: () => 'Send true or false.' },
    }),
  ]);
}

/** Words separated by commas, or the parameter several times. */
export function QueryList(
  description: string,
  limits: { max: number; choices?: readonly string[]; example?: string },
): PropertyDecorator {
  const { max, choices, example } = limits;
  const allowed = (value: unknown): boolean =>
    typeof value === 'string' && value.length <= 128 && (choices === undefined || choices.includes(value));
  return optional({ type: String, description: `${description} Several are separated by commas.`, example }, [
    Transform(({ value }) => (value === undefined ? undefined : listOf(value))),
    ValidateBy({
      name: 'isList',
      validator: {
        validate: (value) => Array.isArray(value) && value.length > 0 && value.length <= max && value.every(allowed),
        defaultMessage: () =>
          choices === undefined ? `Send 1 to ${max} names.` : `Send one or more of ${choices.join(', ')}.`,
      },
    }),
  ]);
}

function listOf(value: unknown): string[] {
  const parts = (Array.isArray(value) ? value : [value]).flatMap((part) => String(part).split(','));
  return [...new Set(parts.map((part) => part.trim()).filter((part) => part !== ''))];
}

export type Bbox = readonly [west: number, south: number, east: number, north: number];

/** West, south, east, north in degrees, as GeoJSON orders them (RFC 7946 section 5). */
export function QueryBbox(): PropertyDecorator {
  return optional(
    { type: String, description: 'West, south, east, north in degrees.', example: '114.15,22.27,114.19,22.30' },
    [
      Transform(({ value }) => (value === undefined ? undefined : String(value).split(',').map(degreesOf))),
      ValidateBy({
        name: 'isBbox',
        validator: {
          validate: isBbox,
          defaultMessage: () => 'Send west,south,east,north in degrees, west below east and south below north.',
        },
      }),
    ],
  );
}

function degreesOf(text: string): number {
  return text.trim() === '' ? NaN : Number(text);
}

function isBbox(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 4 || !value.every((part) => Number.isFinite(part))) return false;
  const [west, south, east, north] = value as [number, number, number, number];
  return west >= -180 && east <= 180 && south >= -90 && north <= 90 && west < east && south < north;
}

function optional(options: ApiPropertyOptions, decorators: PropertyDecorator[]): PropertyDecorator {
  const described = Object.fromEntries(Object.entries(options).filter(([, value]) => value !== undefined));
  return applyDecorators(ApiPropertyOptional(described as ApiPropertyOptions), IsOptional(), ...decorators);
}
