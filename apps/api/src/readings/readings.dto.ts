import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { AGGREGATES } from '#timeseries';
import type { Aggregate } from '#timeseries';
import { DeviceFilterDto } from '../devices/device.dto.js';
import { QueryChoice, QueryInteger, QueryList, QueryText, QueryTime } from '../http/parameters.js';

export const DEFAULT_TIME_ZONE = 'Asia/Hong_Kong';
const FORMATS = ['json', 'csv'] as const;
const GROUPINGS = ['device', 'district', 'department', 'none'] as const;
export type Grouping = (typeof GROUPINGS)[number];

const METRICS = { max: 100, example: 'temperature,pm25' };
const EVERY = 'Width of the buckets: 10s, 1m, 1h, 1d, 1w or an ISO 8601 duration.';
const FORMAT = 'csv is also answered to `Accept: text/csv`.';

const KIND =
  'The kind of the device without it; `lorawan-link` for how the network heard it. See `companion` of GET /v1/kinds.';

export class DeviceReadingsQueryDto {
  @QueryText(KIND, 'lorawan-link') kind?: string;
  @QueryList('Metrics of the kind; all without it.', METRICS) metric?: string[];
  @QueryTime('Start, inclusive; 24 hours before `to` without it.') from?: number;
  @QueryTime('End, exclusive; now without it.') to?: number;
  @QueryText(`${EVERY} Raw readings without it.`, '1h') every?: string;
  @QueryList('What to compute of each bucket; mean without it.', { max: AGGREGATES.length, choices: AGGREGATES })
  aggregate?: Aggregate[];
  @QueryText('IANA time zone in which buckets start; Asia/Hong_Kong without it.', DEFAULT_TIME_ZONE) timeZone?: string;
  @QueryInteger('Values at most on a page of raw readings.', { min: 1, max: 50_000, fallback: 5_000 }) limit?: number;
  @QueryText('`next` of the page before.') cursor?: string;
  @QueryChoice(FORMAT, FORMATS, 'json') format?: (typeof FORMATS)[number];
}

export class ReadingsQueryDto extends DeviceFilterDto {
  @QueryList('Metrics of the kind; all without it.', METRICS) metric?: string[];
  @QueryList('Ids of devices; all that the other filters find without it.', { max: 1_000 }) devices?: string[];
  @QueryTime('Start, inclusive; 24 hours before `to` without it.') from?: number;
  @QueryTime('End, exclusive; now without it.') to?: number;
  @QueryText(`${EVERY} One bucket for the range without it.`, '1h') every?: string;
  @QueryList('What to compute of each bucket; mean without it.', { max: AGGREGATES.length, choices: AGGREGATES })
  aggregate?: Aggregate[];
  @QueryChoice('What one row is about. With `none`, all devices together.', GROUPINGS, 'device') groupBy?: Grouping;
  @QueryText('IANA time zone in which buckets start; Asia/Hong_Kong without it.', DEFAULT_TIME_ZONE) timeZone?: string;
  @QueryChoice(FORMAT, FORMATS, 'json') format?: (typeof FORMATS)[number];
}

const VALUE = { oneOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'string' }], nullable: true };

export class ReadingDto {
  @ApiProperty({ format: 'date-time', description: 'Event time, or the start of the bucket.' }) time!: string;
  @ApiProperty({ example: 'temperature' }) metric!: string;
  @ApiProperty({ ...VALUE, description: 'The value; with `every`, the first aggregate that was asked for.' }) value!:
    number | boolean | string | null;
  @ApiPropertyOptional({ description: 'Device, district or department of the row, across devices.' }) group?: string;
  @ApiPropertyOptional({ type: Number }) mean?: number;
  @ApiPropertyOptional({ type: Number }) min?: number;
  @ApiPropertyOptional({ type: Number }) max?: number;
  @ApiPropertyOptional({ type: Number }) count?: number;
  @ApiPropertyOptional({ type: Number }) sum?: number;
  @ApiPropertyOptional({ type: Number }) first?: number;
  @ApiPropertyOptional({ type: Number }) last?: number;
  @ApiPropertyOptional({ type: Number, description: 'Of levels in decibels only: the mean of their energy.' })
  energyMean?: number;
}

export class GapDto {
  @ApiPropertyOptional({ description: 'Across devices: whose gap it is.' }) device?: string;
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time' }) to!: string;
  @ApiProperty({ description: 'Readings that should have come.' }) missing!: number;
}

export class IncompleteDeviceDto {
  @ApiProperty() device!: string;
  @ApiProperty() expected!: number;
  @ApiProperty() received!: number;
}

/** How complete an answer about history is. */
export class CompletenessDto {
  @ApiProperty({ description: 'Readings that the interval of the devices lets expect in the range, up to now.' })
  expected!: number;
  @ApiProperty({ description: 'Readings that are stored.' }) received!: number;
  @ApiProperty({
    type: [GapDto],
    description: 'Stretches longer than twice the interval; the longest answer lists some only.',
  })
  gaps!: GapDto[];
  @ApiPropertyOptional({
    description: 'True when there are more gaps, or gaps were not looked for in so many devices.',
  })
  gapsTruncated?: boolean;
  @ApiPropertyOptional({ type: [IncompleteDeviceDto], description: 'Across devices: those that miss most.' })
  incomplete?: IncompleteDeviceDto[];
}

export class ReadingsDto {
  @ApiProperty({ type: [ReadingDto] }) readings!: ReadingDto[];
  @ApiProperty({ type: CompletenessDto }) completeness!: CompletenessDto;
  @ApiProperty({ type: String, nullable: true, description: 'Value of `cursor` for the next page.' }) next!:
    string | null;
}
