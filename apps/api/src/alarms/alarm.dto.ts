import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsOptional, IsString, Length } from 'class-validator';
import { SEVERITIES } from '#kinds';
import type { Severity } from '#kinds';
import type { TransitionType } from '#registry';
import { QueryChoice, QueryFlag, QueryInteger, QueryText, QueryTime } from '../http/parameters.js';
import { TitlesDto } from '../kinds/kinds.dto.js';

export class AlarmListQueryDto {
  @QueryFlag('Only those whose condition holds, or no longer does.') active?: boolean;
  @QueryFlag('Only those that somebody, or nobody, has acknowledged.') acknowledged?: boolean;
  @QueryChoice('Severity.', SEVERITIES) severity?: Severity;
  @QueryText('Id of a device.') device?: string;
  @QueryText('Name of a kind.') kind?: string;
  @QueryText('Id of a department.') department?: string;
  @QueryTime('Raised at or after.') from?: number;
  @QueryTime('Raised before.') to?: number;
  @QueryInteger('Alarms at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') after?: string;
}

export class AlarmDto {
  @ApiProperty({ example: 'pm25-high:GF3637:1795217632573' }) id!: string;
  @ApiProperty({ example: 'pm25-high' }) rule!: string;
  @ApiProperty({ example: 'GF3637' }) device!: string;
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ example: 'A' }) district!: string;
  @ApiProperty({ enum: SEVERITIES }) severity!: Severity;
  @ApiProperty({ type: String, nullable: true }) metric!: string | null;
  @ApiProperty({ type: TitlesDto }) titles!: TitlesDto;
  @ApiProperty({ description: 'The condition holds.' }) active!: boolean;
  @ApiProperty({ description: 'Somebody has seen it.' }) acknowledged!: boolean;
  @ApiProperty({ format: 'date-time', description: 'Event time.' }) raisedAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Event time.' }) clearedAt!:
    string | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Last value while active.' }) value!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'The limit that it crossed.' }) limit!: number | null;
}

export class AlarmTransitionDto {
  @ApiProperty({ description: 'Running number; the id of the event on the stream.' }) id!: number;
  @ApiProperty({ enum: ['raised', 'acknowledged', 'commented', 'cleared', 'severity-changed'] }) type!: TransitionType;
  @ApiProperty({ format: 'date-time', description: 'When the platform noted it.' }) at!: string;
  @ApiProperty({ format: 'date-time', description: 'When it happened, by the time of the readings.' })
  eventTime!: string;
  @ApiProperty({ example: 'system' }) actor!: string;
  @ApiProperty({ type: String, nullable: true }) reason!: string | null;
  @ApiProperty({ type: AlarmDto, description: 'The alarm as it was after this.' }) alarm!: AlarmDto;
}

export class AlarmPageDto {
  @ApiProperty({ type: [AlarmDto] }) alarms!: AlarmDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `after` for the next page.' }) next!:
    string | null;
}

export class AlarmWithTimelineDto extends AlarmDto {
  @ApiProperty({ type: [AlarmTransitionDto], description: 'What happened to it, oldest first.' })
  timeline!: AlarmTransitionDto[];
}

export class AcknowledgeDto {
  @ApiPropertyOptional({ example: 'Crew is on its way' })
  @IsOptional()
  @IsString()
  @Length(1, 1_000)
  reason?: string;
}

export class CommentDto {
  @ApiProperty({ example: 'Same lamp as last week' })
  @IsString()
  @Length(1, 4_000)
  text!: string;
}
