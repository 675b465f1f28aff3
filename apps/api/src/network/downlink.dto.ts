import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsBoolean, IsIn, IsInt, IsObject, IsOptional, Matches, Max, Min, ValidateNested } from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import { APPLICATION } from '#registry';
import { QueryInteger, QueryText } from '../http/parameters.js';

/** Of The Things Stack; ChirpStack sends in the order in which it is told. */
const PRIORITIES = ['lowest', 'low', 'below-normal', 'normal', 'above-normal', 'high', 'highest'] as const;
export type Priority = (typeof PRIORITIES)[number];
const STATUSES = ['queued', 'sent', 'acknowledged', 'failed'] as const;

export class DownlinkWayDto {
  @ApiProperty({ example: 'gwin', description: 'Id of a network server.' })
  @Matches(TOPIC_LEVEL, { message: 'server must be the id of a network server' })
  server!: string;

  @ApiPropertyOptional({ example: 'street-lamps@ttn', description: 'Application; not needed when the server has one.' })
  @IsOptional()
  @Matches(APPLICATION, { message: 'application must be an id, of The Things Stack with @ and the tenant' })
  application?: string;

  @ApiPropertyOptional({ example: 'lamp-0017', description: 'What The Things Stack calls the device.' })
  @IsOptional()
  @Matches(TOPIC_LEVEL, { message: 'device must be the id of a device' })
  device?: string;
}

export class NewDownlinkDto {
  @ApiPropertyOptional({ minimum: 1, maximum: 223, description: 'Needed with hex and base64.' })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(223)
  fPort?: number;

  @ApiPropertyOptional({
    example: '0a64',
    description: 'The bytes, as hexadecimal digits. One of hex, base64 and data.',
  })
  @IsOptional()
  @Matches(/^(?:[0-9a-fA-F]{2}){0,242}$/, { message: 'hex must be pairs of hexadecimal digits, for 242 bytes at most' })
  hex?: string;

  @ApiPropertyOptional({ example: 'CmQ=', description: 'The bytes, as base64.' })
  @IsOptional()
  @Matches(/^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/, { message: 'base64 must be base64' })
  base64?: string;

  @ApiPropertyOptional({
    type: Object,
    additionalProperties: true,
    example: { dim: 60 },
    description: 'What the encoder of the device type makes bytes of.',
  })
  @IsOptional()
  @IsObject()
  data?: Record<string, unknown>;

  @ApiPropertyOptional({ description: 'The device has to acknowledge it.' })
  @IsOptional()
  @IsBoolean()
  confirmed?: boolean;

  @ApiPropertyOptional({ enum: PRIORITIES, default: 'normal' })
  @IsOptional()
  @IsIn(PRIORITIES)
  priority?: Priority;

  @ApiPropertyOptional({
    type: DownlinkWayDto,
    description:
      'The way to a device that has not sent anything yet. Only for credentials that see all departments: it could name the device of another one.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => DownlinkWayDto)
  network?: DownlinkWayDto;
}

export class DownlinkDto {
  @ApiProperty({ format: 'uuid' }) id!: string;
  @ApiProperty({ example: 'LPN-1' }) device!: string;
  @ApiProperty({ type: String, nullable: true }) networkServer!: string | null;
  @ApiProperty({ description: 'Who sent it.' }) by!: string;
  @ApiProperty() fPort!: number;
  @ApiProperty({ example: '0a64' }) hex!: string;
  @ApiProperty({ example: 'CmQ=' }) base64!: string;
  @ApiProperty() confirmed!: boolean;
  @ApiProperty({ enum: STATUSES, description: 'Only a confirmed one is ever acknowledged.' })
  status!: (typeof STATUSES)[number];
  @ApiProperty({ format: 'date-time' }) queuedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) sentAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) acknowledgedAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) failedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'Why it failed.' }) reason!: string | null;
}

export class DownlinksDto {
  @ApiProperty({ type: [DownlinkDto] }) downlinks!: DownlinkDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `after` for the next page.' }) next!:
    string | null;
}

export class DownlinkListDto {
  @QueryInteger('Downlinks at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') after?: string;
}
