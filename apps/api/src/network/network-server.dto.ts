import { ApiProperty, ApiPropertyOptional, PickType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import {
  ArrayMaxSize,
  ArrayMinSize,
  IsArray,
  IsBoolean,
  IsIn,
  IsOptional,
  IsString,
  Length,
  Matches,
  ValidateNested,
} from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import { APPLICATION, NETWORK_SERVER_TYPES } from '#registry';
import type { NetworkServerType } from '#registry';
import { MayBeAbsent } from '../http/may-be-absent.decorator.js';

const MAX_APPLICATIONS = 1_000;

export class DownlinkApiDto {
  @ApiProperty({
    example:
      'https://eu1.cloud.thethings.network/api/v3/as/applications/{application}/webhooks/lamplighter/devices/{device}/down/push',
    description:
      'Where downlinks are posted; `{application}` (without tenant), `{device}` and `{devEui}` are filled in.',
  })
  @Matches(/^https?:\/\/[^\s@]{1,1000}$/, { message: 'url must be an http or https address without credentials' })
  url!: string;

  @ApiPropertyOptional({ format: 'password', description: 'Sent as Bearer. Kept sealed and never shown.' })
  @IsOptional()
  @Matches(/^[\x21-\x7e]{1,512}$/, { message: 'key must be visible ASCII without spaces' })
  key?: string;

  @ApiPropertyOptional({
    description: 'The address may be on a private network. Only an administrator may say so.',
  })
  @IsOptional()
  @IsBoolean()
  allowPrivate?: boolean;
}

export class NewNetworkServerDto {
  @ApiProperty({ example: 'gwin', description: 'Its MQTT user name and client id, and the source of its messages.' })
  @Matches(TOPIC_LEVEL, {
    message: 'id must be 1 to 64 letters, digits, dots, dashes or underscores, and start with a letter or digit',
  })
  id!: string;

  @ApiProperty({ enum: NETWORK_SERVER_TYPES })
  @IsIn(NETWORK_SERVER_TYPES)
  type!: NetworkServerType;

  @ApiPropertyOptional({ example: 'LoRa network of the harbour' })
  @MayBeAbsent()
  @IsString()
  @Length(1, 128)
  name?: string;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: ['street-lamps@ttn'],
    description:
      'Applications whose messages it may bring; of The Things Stack `{application}@{tenant}`. ChirpStack may leave it out, or send null: then every application that no other one has, and for a second ChirpStack every application below topics of its own.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_APPLICATIONS)
  @Matches(APPLICATION, { each: true, message: 'applications must be ids, of The Things Stack with @ and the tenant' })
  applications?: string[] | null;

  @ApiPropertyOptional({
    type: DownlinkApiDto,
    nullable: true,
    description: 'For a server that is not connected over MQTT: where its downlinks go.',
  })
  @IsOptional()
  @ValidateNested()
  @Type(() => DownlinkApiDto)
  downlink?: DownlinkApiDto | null;
}

export class NetworkServerChangeDto extends PickType(NewNetworkServerDto, [
  'name',
  'applications',
  'downlink',
] as const) {}

export class DownlinkApiViewDto {
  @ApiProperty() url!: string;
  @ApiProperty({ description: 'Whether a key is kept for it.' }) hasKey!: boolean;
  @ApiProperty() allowPrivate!: boolean;
}

export class NetworkServerDto {
  @ApiProperty({ example: 'gwin' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: NETWORK_SERVER_TYPES }) type!: NetworkServerType;
  @ApiProperty({ type: [String], nullable: true, description: 'Null: every application that no other one has.' })
  applications!: string[] | null;
  @ApiProperty({
    type: String,
    nullable: true,
    example: 'chirpstack/harbour/',
    description:
      'What its topics begin with, when they are its own; empty for those that ChirpStack has by itself. Null: no ChirpStack.',
  })
  topicPrefix!: string | null;
  @ApiProperty({ type: DownlinkApiViewDto, nullable: true }) downlink!: DownlinkApiViewDto | null;
  @ApiProperty({ description: 'Whether it has a key that works.' }) active!: boolean;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description:
      'When it last brought a message, of a registered device or not; up to half a minute behind. Null before the first.',
  })
  lastMessageAt!: string | null;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
}

export class NetworkServerWithKeyDto extends NetworkServerDto {
  @ApiProperty({ description: 'Shown this once; only a keyed hash is kept.' }) key!: string;
  @ApiProperty({ type: [String], description: 'What to set up at the network server, line by line.' })
  instructions!: string[];
}

export class NetworkServersDto {
  @ApiProperty({ type: [NetworkServerDto] }) networkServers!: NetworkServerDto[];
}
