import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsBoolean, IsObject, IsOptional, IsString, Length, Matches } from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import { QueryText } from '../http/parameters.js';

export class RuleChangeDto {
  @ApiProperty({ example: 'smart-lamppost', description: 'Kind it applies to.' })
  @IsString()
  @Length(1, 64)
  kind!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'hyd',
    description: 'Only devices of this department; null for all.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  department?: string | null;

  @ApiPropertyOptional({ type: String, nullable: true, description: 'Only this device; null for all.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  device?: string | null;

  @ApiPropertyOptional({
    default: true,
    description: 'A rule that is off and has the id of a default alarm turns that alarm off.',
  })
  @IsOptional()
  @IsBoolean()
  enabled?: boolean;

  @ApiProperty({
    type: Object,
    description: 'The alarm, in the shape of the default alarms of GET /v1/kinds; its id is that of the rule.',
    example: {
      type: 'threshold',
      titles: { en: 'PM2.5 high', 'zh-Hant': '微細懸浮粒子偏高', 'zh-Hans': '微细悬浮粒子偏高' },
      severity: 'high',
      metric: 'pm25',
      when: 'above',
      limit: 75,
      hysteresis: 5,
      onDelayMs: 0,
      offDelayMs: 0,
      advice: { en: 'Check for a source nearby', 'zh-Hant': '檢查附近的污染源', 'zh-Hans': '检查附近的污染源' },
    },
  })
  @IsObject()
  definition!: Record<string, unknown>;
}

export class NewRuleDto extends RuleChangeDto {
  @ApiProperty({ example: 'pm25-high', description: 'The id of a default alarm of the kind overrides it.' })
  @Matches(TOPIC_LEVEL, { message: 'id must be 1 to 64 letters, digits, dots, dashes or underscores' })
  id!: string;
}

export class RuleListQueryDto {
  @QueryText('Name of a kind.') kind?: string;
}

export class RuleDto {
  @ApiProperty() id!: string;
  @ApiProperty() kind!: string;
  @ApiProperty({ type: String, nullable: true }) department!: string | null;
  @ApiProperty({ type: String, nullable: true }) device!: string | null;
  @ApiProperty() enabled!: boolean;
  @ApiProperty({ type: Object }) definition!: unknown;
  @ApiProperty({ format: 'date-time' }) updatedAt!: string;
}

export class RulesDto {
  @ApiProperty({ type: [RuleDto] }) rules!: RuleDto[];
}
