import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import type { AlarmDefault } from '#kinds';

export class TitlesDto {
  @ApiProperty({ example: 'Smart lamppost' }) en!: string;
  @ApiProperty({ example: '智慧燈柱' }) 'zh-Hant'!: string;
  @ApiProperty({ example: '智慧灯柱' }) 'zh-Hans'!: string;
}

export class MetricDto {
  @ApiProperty({ example: 'temperature' }) name!: string;
  @ApiProperty({ enum: ['number', 'integer', 'boolean', 'enum'] }) type!: string;
  @ApiProperty({ type: TitlesDto }) titles!: TitlesDto;
  @ApiProperty() quantity!: string;
  @ApiProperty({ example: 'Cel', description: 'UCUM unit, case sensitive.' }) unit!: string;
  @ApiProperty({ description: 'Lower end of the physical range.' }) min!: number;
  @ApiProperty({ description: 'Upper end of the physical range.' }) max!: number;
  @ApiProperty({ description: 'Digits after the point that carry meaning.' }) precision!: number;
  @ApiPropertyOptional({ type: [String], description: 'Labels of an enumeration.' }) labels?: string[];
  @ApiProperty({ description: 'Definition of the SensorThings ObservedProperty.' }) definition!: string;
  @ApiProperty({ enum: ['none', 'aggregate', 'personal'] }) privacy!: string;
  @ApiProperty() retentionDays!: number;
  @ApiProperty({ description: 'A counter that only grows.' }) cumulative!: boolean;
  @ApiPropertyOptional({ description: 'Computed by the platform, never sent.' }) derived?: boolean;
}

export class KindDto {
  @ApiProperty({ example: 'smart-lamppost' }) name!: string;
  @ApiProperty({ type: TitlesDto }) titles!: TitlesDto;
  @ApiProperty({ type: TitlesDto }) description!: TitlesDto;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ description: 'Expected distance between readings in milliseconds.' }) intervalMs!: number;
  @ApiProperty({ type: [MetricDto] }) metrics!: MetricDto[];
  @ApiProperty({ type: [Object], description: 'Default alarms.' }) alarms!: AlarmDefault[];
  @ApiProperty({ type: [String], description: 'Metrics that the platform computes.' }) derived!: string[];
  @ApiPropertyOptional({
    description: 'True for what is stored beside the readings of devices of other kinds; no device is of it.',
  })
  companion?: boolean;
  @ApiPropertyOptional({ type: Object, description: 'JSON Schema of the native payload; with one kind only.' })
  jsonSchema?: object;
}

export class KindsDto {
  @ApiProperty({ type: [KindDto] }) kinds!: KindDto[];
}

export class DepartmentDto {
  @ApiProperty({ example: 'hyd' }) id!: string;
  @ApiProperty({ type: TitlesDto }) titles!: TitlesDto;
}

export class DepartmentsDto {
  @ApiProperty({ type: [DepartmentDto] }) departments!: DepartmentDto[];
}

export class DistrictDto {
  @ApiProperty({ example: 'A' }) code!: string;
  @ApiProperty({ type: TitlesDto }) titles!: TitlesDto;
}

export class DistrictsDto {
  @ApiProperty({ type: [DistrictDto] }) districts!: DistrictDto[];
}

export class KindTemplateDto {
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty() intervalMs!: number;
  @ApiProperty({ description: 'Header row of a file for POST /v1/devices/import.' }) csvHeader!: string;
  @ApiProperty({ description: 'A row for it.' }) csvRow!: string;
  @ApiProperty({ type: Object, description: 'What a device of the kind sends.' }) payload!: object;
  @ApiProperty({ description: 'Where the device of the row publishes it.' }) topic!: string;
  @ApiProperty({ description: 'A command that publishes it, with the key to be filled in.' }) mosquittoPub!: string;
}
