import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QueryChoice, QueryText, QueryTime } from '../http/parameters.js';

const LEDGER_GROUPINGS = ['device', 'hour'] as const;

export class LedgerQueryDto {
  @QueryText('Only this publisher: a device, or a gateway.') device?: string;
  @QueryTime('Received at or after; the hour that holds it is counted whole.') from?: number;
  @QueryTime('Received before; the hour that holds it is counted whole.') to?: number;
  @QueryChoice('`device`: one entry a publisher. `hour`: one entry a publisher and hour of receipt.', LEDGER_GROUPINGS)
  groupBy?: (typeof LEDGER_GROUPINGS)[number];
}

/** `journalled = stored + duplicates + dead letters + backlog + unaccounted`, in messages. */
export class LedgerCountsDto {
  @ApiProperty({ description: 'Messages that were acknowledged: the own count of the journal.' }) journalled!: number;
  @ApiProperty() stored!: number;
  @ApiProperty() duplicates!: number;
  @ApiProperty({ type: Object, example: { 'out-of-range': 2 }, description: 'By code.' }) deadLetters!: Record<
    string,
    number
  >;
  @ApiPropertyOptional({
    description:
      'Dead letters that the store keeps and no replay has resolved; in total and by device, without a range of hours.',
  })
  openDeadLetters?: number;
  @ApiPropertyOptional({ description: 'Those that a replay has resolved: stored, repeated, or refused again.' })
  resolvedDeadLetters?: number;
  @ApiProperty({ description: 'Messages on disk that the store has not been given yet.' }) backlog!: number;
  @ApiProperty({ description: 'Anything other than 0 is a fault of the platform.' }) unaccounted!: number;
}

export class LedgerGroupDto extends LedgerCountsDto {
  @ApiProperty({ description: 'Device or gateway that published.' }) device!: string;
  @ApiPropertyOptional({ format: 'date-time', description: 'Start of the hour of receipt, with `groupBy=hour`.' })
  hour?: string;
}

export class LedgerDto extends LedgerCountsDto {
  @ApiPropertyOptional({ type: [LedgerGroupDto] }) groups?: LedgerGroupDto[];
}
