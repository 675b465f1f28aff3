import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import {
  ArrayMaxSize,
  IsArray,
  IsIn,
  IsInt,
  IsOptional,
  IsString,
  Length,
  Matches,
  Max,
  Min,
  MinLength,
  MaxLength,
} from 'class-validator';
import { TOPIC_LEVEL } from '#core';
import { ROLES } from '#registry';
import type { Role } from '#registry';
import { QueryInteger, QueryText } from '../http/parameters.js';

class ScopeDto {
  @ApiProperty({ enum: ROLES })
  @IsIn(ROLES)
  role!: Role;

  @ApiPropertyOptional({
    type: [String],
    nullable: true,
    example: ['hyd'],
    description: 'Null or absent: all departments.',
  })
  @IsOptional()
  @IsArray()
  @ArrayMaxSize(100)
  @Matches(TOPIC_LEVEL, { each: true })
  departments?: string[] | null;
}

export class NewApiKeyDto extends ScopeDto {
  @ApiProperty({ example: 'Dashboard of the highways department' })
  @IsString()
  @Length(1, 128)
  name!: string;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    minimum: 1,
    maximum: 3650,
    description: 'Days until it stops working; never without it.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(3650)
  expiresInDays?: number | null;
}

export class ApiKeyDto {
  @ApiProperty({ description: 'Public part of the key.' }) id!: string;
  @ApiProperty() name!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({ type: [String], nullable: true }) departments!: readonly string[] | null;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) expiresAt!: string | null;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) revokedAt!: string | null;
}

export class NewApiKeyAnswerDto extends ApiKeyDto {
  @ApiProperty({ description: 'Shown this once; only a keyed hash is kept.' }) key!: string;
}

export class ApiKeysDto {
  @ApiProperty({ type: [ApiKeyDto] }) apiKeys!: ApiKeyDto[];
}

export class AccountChangeDto extends ScopeDto {
  @ApiProperty({ format: 'password', minLength: 12 })
  @IsString()
  @MinLength(12)
  @MaxLength(512)
  password!: string;
}

export class AccountDto {
  @ApiProperty() username!: string;
  @ApiProperty({ enum: ROLES }) role!: Role;
  @ApiProperty({ type: [String], nullable: true }) departments!: readonly string[] | null;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
}

export class AuditQueryDto {
  @QueryText('What it was done to, such as the id of a device.') subject?: string;
  @QueryText('Who did it.') actor?: string;
  @QueryInteger('Entries at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryInteger('Only entries before this one.', { min: 1, max: Number.MAX_SAFE_INTEGER }) before?: number;
}

export class AuditEntryDto {
  @ApiProperty() id!: number;
  @ApiProperty({ format: 'date-time' }) at!: string;
  @ApiProperty() actor!: string;
  @ApiProperty({ example: 'device-created' }) action!: string;
  @ApiProperty() subject!: string;
  @ApiProperty({ type: Object }) detail!: Readonly<Record<string, unknown>>;
}

export class AuditDto {
  @ApiProperty({ type: [AuditEntryDto] }) entries!: AuditEntryDto[];
}
