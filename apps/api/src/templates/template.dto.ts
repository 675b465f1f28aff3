import { ApiProperty, ApiPropertyOptional, OmitType } from '@nestjs/swagger';
import { Type } from 'class-transformer';
import { IsInt, IsObject, IsOptional, IsString, Length, Matches, Max, Min, ValidateNested } from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import type { Quota } from '#core';
import { IsTags } from '../devices/device.dto.js';
import { QuotaDto } from '../devices/quota.dto.js';

export class NewTemplateDto {
  @ApiProperty({ example: 'kowloon-lampposts' })
  @Matches(TOPIC_LEVEL, { message: 'id must be 1 to 64 letters, digits, dots, dashes or underscores' })
  id!: string;

  @ApiProperty({ example: 'smart-lamppost', description: 'Name of a kind of GET /v1/kinds.' })
  @IsString()
  @Length(1, 64)
  kind!: string;

  @ApiProperty({ example: 'hyd', description: 'Department that owns the template and devices made from it.' })
  @IsString()
  @Length(1, 64)
  department!: string;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    example: 'Lamppost {id}',
    description: 'Name of a device; {id}, {kind} and {department} are filled in.',
  })
  @IsOptional()
  @IsString()
  @Length(1, 128)
  namePattern?: string | null;

  @ApiPropertyOptional({ type: Number, nullable: true, example: 60_000 })
  @IsOptional()
  @IsInt()
  @Min(1_000)
  @Max(31 * 86_400_000)
  intervalMs?: number | null;

  @ApiPropertyOptional({ type: Object, additionalProperties: { type: 'string' }, example: { feeder: 'K12' } })
  @IsOptional()
  @IsObject()
  @IsTags()
  tags?: Record<string, string>;

  @ApiPropertyOptional({ type: String, nullable: true, example: 'acme-th1', description: 'Id of a device type.' })
  @IsOptional()
  @IsString()
  @Length(1, 64)
  deviceType?: string | null;

  @ApiPropertyOptional({ type: QuotaDto, nullable: true })
  @IsOptional()
  @ValidateNested()
  @Type(() => QuotaDto)
  quota?: QuotaDto | null;
}

export class TemplateChangeDto extends OmitType(NewTemplateDto, ['id'] as const) {}

export class TemplateDto {
  @ApiProperty({ example: 'kowloon-lampposts' }) id!: string;
  @ApiProperty() kind!: string;
  @ApiProperty() department!: string;
  @ApiProperty({ type: String, nullable: true }) namePattern!: string | null;
  @ApiProperty({ type: Number, nullable: true }) intervalMs!: number | null;
  @ApiProperty({ type: Object, additionalProperties: { type: 'string' } }) tags!: Readonly<Record<string, string>>;
  @ApiProperty({ type: String, nullable: true }) deviceType!: string | null;
  @ApiProperty({ type: QuotaDto, nullable: true }) quota!: Quota | null;
  @ApiProperty({ format: 'date-time' }) updatedAt!: string;
}

export class TemplatesDto {
  @ApiProperty({ type: [TemplateDto] }) templates!: TemplateDto[];
}
