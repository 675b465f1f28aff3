import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QueryFlag } from '../http/parameters.js';
import { DeviceWithAccessDto } from './device.dto.js';

export class ImportQueryDto {
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
