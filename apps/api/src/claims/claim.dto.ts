import { ApiProperty, ApiPropertyOptional, PartialType, PickType } from '@nestjs/swagger';
import { IsInt, IsOptional, IsString, Length, Matches, Max, Min } from 'class-validator';
import { NewDeviceDto } from '../devices/device.dto.js';
import { ImportFaultDto } from '../devices/device-import.dto.js';
import { QueryChoice, QueryFlag, QueryInteger, QueryText } from '../http/parameters.js';

/** Of the device as much as is known before it is put up. */
export class NewClaimDto extends PartialType(
  PickType(NewDeviceDto, ['id', 'kind', 'department', 'deviceType', 'devEui', 'template'] as const),
) {
  @ApiPropertyOptional({ example: 'LP-', description: 'Beginning of an id that is made up, where none is given.' })
  @IsOptional()
  @Matches(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, {
    message: 'idPrefix must be 1 to 32 letters, digits, dots, dashes or underscores',
  })
  idPrefix?: string;

  @ApiPropertyOptional({
    minimum: 1,
    maximum: 1_000,
    default: 1,
    description: 'Claims of this sort; not with an id or a DevEUI.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(1_000)
  count?: number;

  @ApiPropertyOptional({ minimum: 1, maximum: 365, default: 30 })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(365)
  expiresInDays?: number;
}

export class ClaimDto {
  @ApiProperty({ description: 'Names the claim in lists; not the code.' }) id!: string;
  @ApiProperty({ description: 'Id that the device will have.' }) device!: string;
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ type: String, nullable: true }) deviceType!: string | null;
  @ApiProperty({ type: String, nullable: true }) devEui!: string | null;
  @ApiProperty({ type: String, nullable: true }) template!: string | null;
  @ApiProperty({ enum: ['outstanding', 'redeemed', 'revoked', 'expired'] })
  state!: 'outstanding' | 'redeemed' | 'revoked' | 'expired';
  @ApiProperty() createdBy!: string;
  @ApiProperty({ format: 'date-time' }) createdAt!: string;
  @ApiProperty({ format: 'date-time' }) expiresAt!: string;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) redeemedAt!: string | null;
  @ApiProperty({ type: String, nullable: true }) redeemedBy!: string | null;
}

export class PreparedClaimDto extends ClaimDto {
  @ApiProperty({ example: '7KQ2M-9XZ4C-H0TRB', description: 'Shown in this answer only. Works once.' }) code!: string;
}

export class PreparedClaimsDto {
  @ApiProperty({ type: [PreparedClaimDto] }) claims!: PreparedClaimDto[];
}

export class ClaimImportQueryDto {
  @QueryFlag('Only say what it would do.') dryRun?: boolean;
}

export class ClaimImportDto {
  @ApiProperty({ description: 'Rows that hold something, the header left out.' }) rows!: number;
  @ApiProperty({ description: 'Rows without a fault.' }) valid!: number;
  @ApiProperty({ description: 'Claims that were prepared; 0 in a dry run.' }) created!: number;
  @ApiProperty({ type: [ImportFaultDto], description: 'All that is wrong with the other rows, in their order.' })
  faults!: ImportFaultDto[];
  @ApiProperty({
    type: String,
    nullable: true,
    description: 'A CSV table with the code of each claim, one row a label. Shown in this answer only.',
  })
  labels!: string | null;
}

export class ClaimPageDto {
  @ApiProperty({ type: [ClaimDto] }) claims!: ClaimDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `after` for the next page.' })
  next!: string | null;
}

export class PrepareQueryDto {
  @QueryChoice('What the answer is: JSON, or CSV for a label printer.', ['json', 'csv'], 'json')
  format?: 'json' | 'csv';
}

export class ClaimListDto {
  @QueryFlag('Only those that can still be redeemed.') outstanding?: boolean;
  @QueryInteger('Claims at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') after?: string;
}

export class RedeemDto extends PickType(NewDeviceDto, ['latitude', 'longitude', 'name'] as const) {
  @ApiProperty({ example: '7KQ2M-9XZ4C-H0TRB', description: 'In either case, with or without dashes.' })
  @IsString()
  @Length(1, 64)
  code!: string;
}
