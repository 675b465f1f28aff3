import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { DEAD_LETTER_GROUPINGS, LETTER_MEMBERS } from '#timeseries';
import type { DeadLetterGrouping, LetterMember } from '#timeseries';
import { QueryFlag, QueryInteger, QueryList, QueryText, QueryTime } from '../http/parameters.js';

class DeadLetterFilterDto {
  @QueryText('Code of the first rejection, such as out-of-range.') code?: string;
  @QueryText('Id of a device, or what an unregistered one calls itself.') device?: string;
  @QueryText('Name of a kind.') kind?: string;
  @QueryList('Letters of which these are not known: the groups whose key is null.', { max: 2, choices: LETTER_MEMBERS })
  without?: LetterMember[];
  @QueryText('Who published it: a device, a gateway, a network server.') source?: string;
  @QueryText('Topic of the message.') topic?: string;
  @QueryText('Id of a department.') department?: string;
  @QueryFlag('`true`: letters that no replay has resolved. `false`: those that one has.') open?: boolean;
  @QueryFlag('Whether the rest of the message was stored.') partial?: boolean;
  @QueryTime('Received at or after.') from?: number;
  @QueryTime('Received before.') to?: number;
}

export class DeadLetterGroupQueryDto extends DeadLetterFilterDto {
  @QueryList('What to group by; `code` when nothing is said.', { max: 5, choices: DEAD_LETTER_GROUPINGS })
  by?: DeadLetterGrouping[];
  @QueryInteger('Groups at most, those with the most letters first.', { min: 1, max: 1_000, fallback: 100 })
  limit?: number;
}

export class DeadLetterQueryDto extends DeadLetterFilterDto {
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

export class ResolutionDto {
  @ApiProperty({ enum: ['stored', 'duplicate', 'dead-letter'], description: '`dead-letter`: refused again.' })
  outcome!: string;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty({ description: 'Id of the replay.' }) replay!: string;
  @ApiPropertyOptional({ description: 'The letter that stands for it now, when it was refused again.' })
  supersededBy?: string;
}

export class DeadLetterGroupDto {
  @ApiProperty({ type: Object, example: { code: 'unknown-device' }, description: 'What the letters have in common.' })
  key!: Record<string, string | null>;
  @ApiProperty() letters!: number;
  @ApiProperty({ description: 'Of them, those that no replay has resolved.' }) open!: number;
  @ApiProperty({ format: 'date-time', description: 'Receipt of the first.' }) firstReceivedAt!: string;
  @ApiProperty({ format: 'date-time', description: 'Receipt of the last.' }) lastReceivedAt!: string;
  @ApiProperty({ description: 'Id of the last.' }) example!: string;
}

export class DeadLetterGroupsDto {
  @ApiProperty({ type: [DeadLetterGroupDto] }) groups!: DeadLetterGroupDto[];
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
  @ApiProperty({ type: ResolutionDto, nullable: true, description: 'What a replay made of it; null while it is open.' })
  resolution!: ResolutionDto | null;
}

export class DeadLetterPageDto {
  @ApiProperty({ type: [DeadLetterDto] }) deadLetters!: DeadLetterDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `cursor` for the next page.' }) next!:
    string | null;
}
