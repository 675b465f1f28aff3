import { ApiProperty } from '@nestjs/swagger';
import { QueryInteger } from '../http/parameters.js';

const TIME = { format: 'date-time' };
const TIME_OR_NULL = { type: String, format: 'date-time', nullable: true };
const TEXT_OR_NULL = { type: String, nullable: true };
const NUMBER_OR_NULL = { type: Number, nullable: true };

export class NetworkStateDto {
  @ApiProperty({ enum: ['chirpstack', 'the-things-stack', 'generic'] }) server!: string;
  @ApiProperty({ description: 'Id of the network server that published the last event.' }) source!: string;
  @ApiProperty() application!: string;
  @ApiProperty({ ...TEXT_OR_NULL, description: 'Tenant of The Things Stack.' }) tenant!: string | null;
  @ApiProperty({ description: "The network server's own id of the device." }) deviceId!: string;
  @ApiProperty(TEXT_OR_NULL) deviceName!: string | null;
  @ApiProperty({ ...TEXT_OR_NULL, example: '0016c001f000175a' }) devEui!: string | null;
  @ApiProperty({ ...TEXT_OR_NULL, example: '00189440', description: 'A new one with each join.' }) devAddr!:
    string | null;
  @ApiProperty(TIME_OR_NULL) joinedAt!: string | null;
  @ApiProperty({ ...TIME_OR_NULL, description: 'May be half a minute behind the readings.' }) lastUplinkAt!:
    string | null;
  @ApiProperty(NUMBER_OR_NULL) lastFrameCounter!: number | null;
  @ApiProperty({ ...TEXT_OR_NULL, description: 'Gateway that heard the last uplink best.' }) lastGateway!:
    string | null;
}

export class BatteryStateDto {
  @ApiProperty({ ...NUMBER_OR_NULL, description: '0 to 100; null when the device does not know.' }) percent!:
    number | null;
  @ApiProperty() externalPower!: boolean;
  @ApiProperty({ ...NUMBER_OR_NULL, description: 'Demodulation margin of the device, dB.' }) margin!: number | null;
  @ApiProperty(TIME) at!: string;
}

export class LocationStateDto {
  @ApiProperty({ description: 'WGS 84, degrees.' }) latitude!: number;
  @ApiProperty({ description: 'WGS 84, degrees.' }) longitude!: number;
  @ApiProperty(NUMBER_OR_NULL) altitudeM!: number | null;
  @ApiProperty(NUMBER_OR_NULL) accuracyM!: number | null;
  @ApiProperty(TIME) at!: string;
}

export class NetworkLogEntryDto {
  @ApiProperty({ enum: ['info', 'warning', 'error'] }) level!: string;
  @ApiProperty({ example: 'UPLINK_MIC' }) code!: string;
  @ApiProperty() description!: string;
  @ApiProperty(TIME) at!: string;
}

export class DownlinkStateDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['queued', 'sent', 'acknowledged', 'not-acknowledged', 'failed'] }) step!: string;
  @ApiProperty(NUMBER_OR_NULL) frameCounter!: number | null;
  @ApiProperty(NUMBER_OR_NULL) fPort!: number | null;
  @ApiProperty(TEXT_OR_NULL) gateway!: string | null;
  @ApiProperty(TEXT_OR_NULL) reason!: string | null;
  @ApiProperty(TIME) at!: string;
}

export class DeviceStateDto {
  @ApiProperty() device!: string;
  @ApiProperty({ type: NetworkStateDto, nullable: true, description: 'How a network server reaches it.' })
  network!: NetworkStateDto | null;
  @ApiProperty({ type: BatteryStateDto, nullable: true }) battery!: BatteryStateDto | null;
  @ApiProperty({ type: LocationStateDto, nullable: true }) location!: LocationStateDto | null;
  @ApiProperty({ type: [NetworkLogEntryDto], description: 'Newest first.' }) log!: NetworkLogEntryDto[];
  @ApiProperty({ type: [DownlinkStateDto], description: 'Newest first.' }) downlinks!: DownlinkStateDto[];
  @ApiProperty({ ...TIME_OR_NULL, description: 'Null: no network server has told anything yet.' }) updatedAt!:
    string | null;
}

export class GatewayListDto {
  @QueryInteger('Gateways at most.', { min: 1, max: 5_000, fallback: 500 }) limit?: number;
  @QueryInteger('`next` of the page before.', { min: 1, max: 2 ** 31 - 1 }) after?: number;
}

export class GatewayDto {
  @ApiProperty({ description: 'The value of the metric `gateway` of lorawan-link.' }) number!: number;
  @ApiProperty({ example: '0016c001f153a14c', description: 'EUI, or the name of a gateway without one.' })
  eui!: string;
  @ApiProperty(TIME) firstSeen!: string;
  @ApiProperty({ ...TIME, description: 'May be a minute behind.' }) lastSeen!: string;
}

export class GatewayPageDto {
  @ApiProperty({ type: [GatewayDto] }) gateways!: GatewayDto[];
  @ApiProperty({ ...NUMBER_OR_NULL, description: 'Value of `after` for the next page.' }) next!: number | null;
}
