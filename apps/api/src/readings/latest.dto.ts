import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { DeviceFilterDto } from '../devices/device.dto.js';
import { QueryInteger, QueryList, QueryText } from '../http/parameters.js';

export class DeviceLatestQueryDto {
  @QueryText('The kind of the device without it; `lorawan-link` for how the network heard it.', 'lorawan-link')
  kind?: string;
}

export class LatestQueryDto extends DeviceFilterDto {
  @QueryList('Metrics; all without it.', { max: 100, example: 'temperature' }) metric?: string[];
  @QueryInteger('Devices at most.', { min: 1, max: 250_000, fallback: 1_000 }) limit?: number;
  @QueryText('`next` of the page before.') after?: string;
}

export class LatestValueDto {
  @ApiProperty({ format: 'date-time' }) time!: string;
  @ApiProperty({ oneOf: [{ type: 'number' }, { type: 'boolean' }, { type: 'string' }], nullable: true }) value!:
    number | boolean | string | null;
}

@ApiExtraModels(LatestValueDto)
export class LatestDto {
  @ApiProperty({ example: 'GF3637' }) device!: string;
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ example: 'A' }) district!: string;
  @ApiProperty() latitude!: number;
  @ApiProperty() longitude!: number;
  @ApiProperty() name!: string;
  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Event time of the newest reading; null when there is none.',
  })
  time!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) receivedAt!: string | null;
  @ApiProperty({
    type: Object,
    additionalProperties: { $ref: getSchemaPath(LatestValueDto) },
    description: 'Last value of each metric; metrics that come in different messages have different times.',
  })
  values!: Record<string, LatestValueDto>;
}

export class LatestPageDto {
  @ApiProperty({ type: [LatestDto] }) latest!: LatestDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `after` for the next page.' }) next!:
    string | null;
}
