import { ApiProperty, ApiPropertyOptional, IntersectionType, OmitType, PartialType, PickType } from '@nestjs/swagger';
import { DeviceWithAccessDto, NewDeviceDto } from '../devices/device.dto.js';
import { QueryFlag, QueryInteger } from '../http/parameters.js';
import { ReplayDto } from '../replays/replay.dto.js';

export class SightingQueryDto {
  @QueryFlag('`false`: those that were adopted or ignored as well.') open?: boolean;
  @QueryInteger('Sightings at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryInteger('Sightings to leave out.', { min: 0, max: 20_000, fallback: 0 }) offset?: number;
}

export class SightingDto {
  @ApiProperty({ example: '0016c001f000175a', description: 'What it calls itself: a DevEUI, or an id.' }) id!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Its DevEUI, when the id is one.' }) devEui!: string | null;
  @ApiProperty({ description: 'Who brought its messages: itself, a gateway, a network server.' }) source!: string;
  @ApiProperty({ type: String, nullable: true, description: 'Application of its network server.' })
  application!: string | null;
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'Where its last message was published; null when none came.',
  })
  topic!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'What its network server calls it.' })
  name!: string | null;
  @ApiProperty({ type: String, nullable: true, description: 'What its network server says of its type.' })
  profile!: string | null;
  @ApiProperty({ format: 'date-time' }) firstSeen!: string;
  @ApiProperty({ format: 'date-time' }) lastSeen!: string;
  @ApiProperty({ description: 'About. What it sent, and what is kept as dead letters.' }) messages!: number;
  @ApiProperty({
    description:
      'About. How often the broker refused its MQTT log-in because nobody has registered its user name. Nothing of these is kept but the name, the count and the times. Anybody can claim any name.',
  })
  logins!: number;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) adoptedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) ignoredAt!: string | null;
}

export class SightingsDto {
  @ApiProperty({ type: [SightingDto], description: 'Last seen first.' }) sightings!: SightingDto[];
}

/** The device, as for `POST /v1/devices`; what is left out comes from the sighting. */
export class AdoptionDto extends IntersectionType(
  PartialType(PickType(NewDeviceDto, ['id'] as const)),
  OmitType(NewDeviceDto, ['id'] as const),
) {}

export class AdoptedDto {
  @ApiProperty({ type: DeviceWithAccessDto }) device!: DeviceWithAccessDto;
  @ApiPropertyOptional({ type: ReplayDto, description: 'The replay of what was kept of it.' }) replay!: ReplayDto;
}
