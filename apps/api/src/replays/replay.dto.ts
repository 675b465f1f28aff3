import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { ArrayMaxSize, ArrayMinSize, IsArray, IsBoolean, IsOptional, IsString, Length } from 'class-validator';
import { LETTER_MEMBERS } from '#timeseries';
import type { LetterMember } from '#timeseries';
import { QueryInteger, QueryList, QueryText, QueryTime } from '../http/parameters.js';

export const MAX_IDS = 200;

export class ReplayRequestDto {
  @QueryText('Code of the first rejection, such as unknown-device.') code?: string;
  @QueryText('Id of a device, or what an unregistered one calls itself.') device?: string;
  @QueryText('Name of a kind.') kind?: string;
  @QueryList('Letters of which these are not known.', { max: 2, choices: LETTER_MEMBERS }) without?: LetterMember[];
  @QueryText('Who published it: a device, a gateway, a network server.') source?: string;
  @QueryText('Topic of the messages.') topic?: string;
  @QueryText('Id of a department.') department?: string;
  @QueryTime('Received at or after.') from?: number;
  @QueryTime('Received before.') to?: number;

  @ApiPropertyOptional({ type: [String], maxItems: MAX_IDS, description: 'These letters only.' })
  @IsOptional()
  @IsArray()
  @ArrayMinSize(1)
  @ArrayMaxSize(MAX_IDS)
  @IsString({ each: true })
  @Length(1, 64, { each: true })
  ids?: string[];

  @ApiPropertyOptional({ description: 'Needed when nothing else is said: all open letters that the caller may see.' })
  @IsOptional()
  @IsBoolean()
  all?: boolean;
}

export class ReplayListDto {
  @QueryInteger('Jobs at most.', { min: 1, max: 500, fallback: 50 }) limit?: number;
}

export class ReplayTroubleDto {
  @ApiProperty({ example: 'store-unavailable', description: 'Key of the error catalogue.' }) code!: string;
  @ApiProperty() title!: string;
  @ApiProperty({ description: 'What happened.' }) detail!: string;
  @ApiProperty({ description: 'What to do about it.' }) remedy!: string;
  @ApiProperty({ type: String, nullable: true, format: 'date-time', description: 'When it is tried again by itself; never when it failed.' }) // prettier-ignore
  nextTryAt!: string | null;
}

export class ReplayDto {
  @ApiProperty() id!: string;
  @ApiProperty({ enum: ['waiting', 'running', 'done', 'cancelled', 'failed'], description: 'One job has the turn; turns go round between departments. A failed one goes on when it is retried.' }) // prettier-ignore
  state!: string;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty({ example: 'admin' }) createdBy!: string;
  @ApiProperty({ type: Object, example: { code: 'unknown-device' } }) filter!: Record<string, unknown>;
  @ApiProperty({ description: 'Open letters that matched when it was created.' }) total!: number;
  @ApiProperty({ description: 'Letters that are in the journal again.' }) published!: number;
  @ApiProperty({ description: 'Letters that cannot be replayed.' }) skipped!: number;
  @ApiProperty({ description: 'Stored, at least in part.' }) stored!: number;
  @ApiProperty({ description: 'What they said was stored already.' }) duplicates!: number;
  @ApiProperty({ description: 'Refused again: a new letter stands for each.' }) refusedAgain!: number;
  @ApiProperty({ type: Number, nullable: true, description: 'Letters settled a second.' }) perSecond!: number | null;
  @ApiProperty({ type: Number, nullable: true, description: 'Seconds that the rest will take at this rate.' })
  secondsLeft!: number | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) startedAt!: string | null;
  @ApiProperty({ type: String, nullable: true, format: 'date-time' }) finishedAt!: string | null;
  @ApiProperty({
    type: ReplayTroubleDto,
    nullable: true,
    description: 'Why it failed, or waits before it tries again.',
  })
  trouble!: ReplayTroubleDto | null;
}

export class ReplaysDto {
  @ApiProperty({ type: [ReplayDto], description: 'Newest first.' }) replays!: ReplayDto[];
}
