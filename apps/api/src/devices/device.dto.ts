import { ApiProperty, ApiPropertyOptional, IntersectionType, PartialType, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  IsBoolean,
  IsInt,
  IsLatitude,
  IsLongitude,
  IsNumber,
  IsObject,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateBy,
  ValidateNested,
} from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import type { Quota } from '#core';
import { QuotaDto } from './quota.dto.js';
import { MayBeAbsent } from '../http/may-be-absent.decorator.js';
import { QueryBbox, QueryInteger, QueryText } from '../http/parameters.js';
import type { Bbox } from '../http/parameters.js';

const MAX_TAGS = 32;
const DAY_MS = 86_400_000;

function isTags(value: unknown): boolean {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  const entries = Object.entries(value);
  return (
    entries.length <= MAX_TAGS &&
    entries.every(([name, text]) => TOPIC_LEVEL.test(name) && typeof text === 'string' && text.length <= 256)
  );
}

export const IsTags = (): PropertyDecorator =>
  ValidateBy({
    name: 'isTags',
    validator: { validate: isTags, defaultMessage: () => `tags must be at most ${MAX_TAGS} short texts by name` },
  });

export class NewDeviceDto {
  @ApiProperty({
    example: 'GF3637',
    description: 'Letters, digits, dot, dash and underscore; a level of its MQTT topics.',
  })
  @Matches(TOPIC_LEVEL, {
    message: 'id must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit',
  })
  id!: string;

  @ApiProperty({ example: 'smart-lamppost', description: 'Name of a kind of GET /v1/kinds.' })
  @IsString()
  @Length(1, 64)
  kind!: string;

  @ApiProperty({ example: 'hyd', description: 'Id of a department of GET /v1/departments.' })
  @IsString()
  @Length(1, 64)
  department!: string;

  @ApiProperty({ example: 22.2819, minimum: -90, maximum: 90, description: 'WGS 84, degrees.' })
  @IsNumber()
  @IsLatitude()
  latitude!: number;

  @ApiProperty({ example: 114.1589, minimum: -180, maximum: 180, description: 'WGS 84, degrees.' })
  @IsNumber()
  @IsLongitude()
  longitude!: number;

  @ApiPropertyOptional({ example: 'Des Voeux Road Central' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 256)
  name?: string;

  @ApiPropertyOptional({ type: Object, additionalProperties: { type: 'string' }, example: { feeder: 'K12' } })
  @MayBeAbsent()
  @IsObject()
  @IsTags()
  tags?: Record<string, string>;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    example: 60_000,
    description: 'Expected distance between readings in milliseconds, where it differs from its kind.',
  })
  @IsOptional()
  @IsInt()
  @Min(1_000)
  @Max(31 * DAY_MS)
  intervalMs?: number | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: '0016c001f000175a',
    description: 'LoRaWAN DevEUI, by which network servers name the device.',
  })
  @IsOptional()
  @Matches(/^[0-9a-fA-F]{16}$/, { message: 'devEui must be 16 hexadecimal digits' })
  devEui?: string | null;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'acme-th1',
    description: 'Id of a device type, which decodes its raw payloads.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  deviceType?: string | null;

  @ApiPropertyOptional({
    type: QuotaDto,
    nullable: true,
    description: "How much it may send, where that differs from its kind's.",
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuotaDto)
  quota?: QuotaDto | null;

  @ApiPropertyOptional({
    example: 'kowloon-lampposts',
    description: 'Id of a template, which says what the device does not say itself: its kind and department as well.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  template?: string;
}

export class RotateKeyQueryDto {
  @ApiPropertyOptional({
    example: 'PT24H',
    description: 'ISO 8601 duration for which the old key works as well; at most seven days. Without it, not at all.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 32)
  grace?: string;
}

export class IsolateDto {
  @ApiProperty({ example: 'Sends another reading every millisecond since the storm' })
  @IsString()
  @Length(1, 500)
  reason!: string;
}

export class IsolationDto {
  @ApiProperty() reason!: string;
  @ApiProperty({ example: 'chan' }) by!: string;
  @ApiProperty({ format: 'date-time' }) at!: string;
}

export class DeviceKeyDto {
  @ApiProperty({ format: 'date-time', description: 'When it was made: the last rotation.' }) issuedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) revokedAt!: string | null;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Until when the key before works as well; null when it does not.',
  })
  formerValidUntil!: string | null;
}

class EnabledDto {
  @ApiPropertyOptional({ description: 'An isolated device may not connect; its history stays.' })
  @MayBeAbsent()
  @IsBoolean()
  enabled?: boolean;
}

/** Null takes away what a device may do without, and is refused for what it always has. */
export class DeviceChangeDto extends IntersectionType(
  PartialType(PickType(NewDeviceDto, ['department', 'latitude', 'longitude', 'name', 'tags'] as const), {
    skipNullProperties: false,
  }),
  PickType(NewDeviceDto, ['intervalMs', 'devEui', 'deviceType', 'quota'] as const),
  EnabledDto,
) {}

export class DeviceDto {
  @ApiProperty({ example: 'GF3637' }) id!: string;
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ example: 'A', description: 'Code of one of the 18 districts, found from the position.' })
  district!: string;
  @ApiProperty() latitude!: number;
  @ApiProperty() longitude!: number;
  @ApiProperty() name!: string;
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } }) tags!: Readonly<Record<string, string>>;
  @ApiProperty({ type: Number, nullable: true }) intervalMs!: number | null;
  @ApiProperty() enabled!: boolean;
  @ApiProperty({ type: String, nullable: true, description: 'LoRaWAN DevEUI.' }) devEui!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Id of a device type.' }) deviceType!: string | null;
  @ApiProperty({
    type: QuotaDto,
    nullable: true,
    description: 'Null: that of its kind; see GET /v1/devices/{id}/quota.',
  })
  quota!: Quota | null;
  @ApiProperty({ type: IsolationDto, nullable: true, description: 'Why it is isolated, where somebody said so.' })
  isolation!: IsolationDto | null;
  @ApiPropertyOptional({ type: DeviceKeyDto, nullable: true, description: 'With one device only.' })
  key?: DeviceKeyDto | null;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty({ format: 'date-time' }) updatedAt!: string;
}

export class MqttAccessDto {
  @ApiProperty({ example: 'GF3637' }) clientId!: string;
  @ApiProperty({ example: 'GF3637' }) username!: string;
  @ApiProperty({ description: 'Shown this once; only a keyed hash is kept.' }) password!: string;
  @ApiProperty({ example: 'city/hyd/smart-lamppost/GF3637/telemetry' }) topic!: string;
}

export class DeviceWithAccessDto extends DeviceDto {
  @ApiProperty({ type: MqttAccessDto }) mqtt!: MqttAccessDto;
}

export class DevicePageDto {
  @ApiProperty({ type: [DeviceDto] }) devices!: DeviceDto[];
  @ApiProperty({ description: 'Number of devices that match, on all pages.' }) total!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Value of `after` for the next page.' }) next!:
    string | null;
}

/** Which devices a query is about; used by every route that selects some. */
export class DeviceFilterDto {
  @QueryText('Name of a kind.', 'smart-lamppost') kind?: string;
  @QueryText('Id of a department.', 'hyd') department?: string;
  @QueryText('Code of a district.', 'A') district?: string;
  @QueryBbox() bbox?: Bbox;
}

export class DeviceListDto extends DeviceFilterDto {
  @QueryText('Part of an id or a name.') search?: string;
  @QueryInteger('Devices at most.', { min: 1, max: 10_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') after?: string;
}
