import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QueryFlag } from '../http/parameters.js';
import { DeviceWithAccessDto } from './device.dto.js';

export class ImportQueryDto {
  @QueryFlag('Answer at once with a job to follow, as files of more than 2 MiB do in any case.') async?: boolean;
  @QueryFlag('Only say what an import would do.') dryRun?: boolean;
}

export class ImportFaultDto {
  @ApiProperty({ description: 'As a spreadsheet numbers it: the header is row 1.' }) row!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Null when the whole row, or the file, is meant.' })
  column!: string | null;
  @ApiProperty({ example: 'conflict' }) code!: string;
  @ApiProperty() detail!: string;
  @ApiProperty({ type: String, nullable: true }) actual!: string | null;
}

export class ImportResultDto {
  @ApiProperty({ description: 'Rows that hold something, the header left out.' }) rows!: number;
  @ApiProperty({ description: 'Rows without a fault.' }) valid!: number;
  @ApiProperty({ description: 'Devices that were registered; 0 in a dry run.' }) created!: number;
  @ApiProperty({ type: [ImportFaultDto], description: 'All that is wrong with the other rows, in their order.' })
  faults!: ImportFaultDto[];
  @ApiPropertyOptional({
    type: [DeviceWithAccessDto],
    description: 'What was registered, with keys that are shown this once.',
  })
  devices?: DeviceWithAccessDto[];
}

export class ImportJobDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['checking', 'registering', 'done', 'failed'] })
  state!: 'checking' | 'registering' | 'done' | 'failed';
  @ApiProperty() dryRun!: boolean;
  @ApiProperty({ description: 'Rows that hold something; while checking, those that were read.' }) rows!: number;
  @ApiProperty({ description: 'Rows that were looked at.' }) checked!: number;
  @ApiProperty({ description: 'Rows without a fault; known when the import has ended.' }) valid!: number;
  @ApiProperty({ description: 'Devices that were registered so far.' }) created!: number;
  @ApiProperty() faultCount!: number;
  @ApiProperty({ type: [ImportFaultDto], description: 'The first thousand, when the import has ended.' })
  faults!: readonly ImportFaultDto[];
  @ApiProperty({
    enum: ['none', 'ready', 'taken'],
    description: 'Whether GET /v1/imports/{id}/keys has the keys: once, for fifteen minutes after the end.',
  })
  keys!: 'none' | 'ready' | 'taken';
  @ApiProperty({ type: String, nullable: true }) failure!: string | null;
  @ApiProperty({ format: 'date-time' }) startedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) endedAt!: string | null;
}
