import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QueryInteger, QueryText, QueryTime } from '../http/parameters.js';

export class DeadLetterQueryDto {
  @QueryText('Code of the first rejection, such as out-of-range.') code?: string;
  @QueryText('Id of a device.') device?: string;
  @QueryText('Who published it: a device, or a gateway.') source?: string;
  @QueryText('Id of a department.') department?: string;
  @QueryTime('Received at or after.') from?: number;
  @QueryTime('Received before.') to?: number;
  @QueryInteger('Dead letters at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') cursor?: string;
}

export class RejectionDto {
  @ApiProperty({ example: 'out-of-range' }) code!: string;
  @ApiProperty({ example: '/values/temperature' }) pointer!: string;
  @ApiProperty() detail!: string;
  @ApiPropertyOptional() expected?: string;
  @ApiPropertyOptional() actual?: string;
}

export class DeadLetterDto {
  @ApiProperty() id!: string;
  @ApiProperty({ example: 'out-of-range', description: 'Code of the first rejection: what the ledger counts.' })
  code!: string;
  @ApiProperty({ description: 'Running number of the message in the journal.' }) sequence!: number;
  @ApiProperty() source!: string;
  @ApiProperty() topic!: string;
  @ApiProperty({ format: 'date-time' }) receivedAt!: string;
  @ApiProperty({ type: String, nullable: true }) device!: string | null;
  @ApiProperty({ type: String, nullable: true }) department!: string | null;
  @ApiProperty({ type: String, nullable: true }) kind!: string | null;
  @ApiProperty({ description: 'The rest of the message was stored; the ledger does not count it.' }) partial!: boolean;
  @ApiProperty({ type: [RejectionDto] }) rejections!: RejectionDto[];
  @ApiProperty({ type: String, nullable: true, description: 'The payload, when it is UTF-8.' }) payloadText!:
    string | null;
  @ApiProperty({ format: 'byte', description: 'The payload as it came.' }) payloadBase64!: string;
}

export class DeadLetterPageDto {
  @ApiProperty({ type: [DeadLetterDto] }) deadLetters!: DeadLetterDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `cursor` for the next page.' }) next!:
    string | null;
}
