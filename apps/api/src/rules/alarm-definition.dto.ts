import { Type } from 'class-transformer';
import {
  Equals,
  IsIn,
  IsInt,
  IsNumber,
  IsObject,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  ValidateNested,
} from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import { SEVERITIES } from '#kinds';
import type { Severity } from '#kinds';

const WEEK_MS = 7 * 86_400_000;

/** The same three languages everywhere. */
class TextsDto {
  @IsString() @Length(1, 500) en!: string;
  @IsString() @Length(1, 500) 'zh-Hant'!: string;
  @IsString() @Length(1, 500) 'zh-Hans'!: string;
}

class AlarmDefinitionDto {
  @Matches(TOPIC_LEVEL) id!: string;
  @IsObject() @ValidateNested() @Type(() => TextsDto) titles!: TextsDto;
  @IsIn(SEVERITIES) severity!: Severity;
  @IsObject() @ValidateNested() @Type(() => TextsDto) advice!: TextsDto;
}

/** Shape of a threshold `AlarmDefault` of libs/kinds. */
export class ThresholdDefinitionDto extends AlarmDefinitionDto {
  @Equals('threshold') type!: 'threshold';
  @IsString() @Length(1, 64) metric!: string;
  @IsIn(['above', 'below']) when!: 'above' | 'below';
  @IsNumber() limit!: number;
  @IsNumber() @Min(0) hysteresis!: number;
  @IsInt() @Min(0) @Max(WEEK_MS) onDelayMs!: number;
  @IsInt() @Min(0) @Max(WEEK_MS) offDelayMs!: number;
}

/** Shape of an absence `AlarmDefault` of libs/kinds. */
export class AbsenceDefinitionDto extends AlarmDefinitionDto {
  @Equals('absence') type!: 'absence';
  @IsInt() @Min(1) @Max(10_000) intervals!: number;
}
