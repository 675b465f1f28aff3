import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsInt, IsOptional, Max, Min } from 'class-validator';
import { MAX_BYTES_PER_DAY, MAX_MESSAGES_PER_MINUTE } from '#core';
import type { Quota } from '#core';

export class QuotaDto implements Quota {
  @ApiProperty({ example: 60, minimum: 1, description: 'On average.' })
  @IsInt()
  @Min(1)
  @Max(MAX_MESSAGES_PER_MINUTE)
  messagesPerMinute!: number;

  @ApiProperty({ example: 120, minimum: 1, description: 'Messages at once, above the average.' })
  @IsInt()
  @Min(1)
  @Max(MAX_MESSAGES_PER_MINUTE)
  burst!: number;

  @ApiPropertyOptional({
    type: Number,
    nullable: true,
    description: 'Payload bytes of a day, a budget that fills up evenly. Null or absent: not limited.',
  })
  @IsOptional()
  @IsInt()
  @Min(1)
  @Max(MAX_BYTES_PER_DAY)
  bytesPerDay!: number | null;
}

export const quotaOf = ({ messagesPerMinute, burst, bytesPerDay }: QuotaDto): Quota => ({
  messagesPerMinute,
  burst,
  bytesPerDay: bytesPerDay ?? null,
});

export class QuotaPathDto {
  @ApiProperty() messagesLastMinute!: number;
  @ApiProperty() messagesLastDay!: number;
  @ApiProperty() bytesLastDay!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true, description: 'Since when it is held back.' })
  throttledSince!: string | null;
  @ApiProperty({
    description:
      'Times that it was held back (MQTT), messages set aside as dead letters (gateway) or answered with 429 (HTTP), since the service started.',
  })
  throttled!: number;
}

export class DeviceQuotaDto {
  @ApiProperty({ example: 'GF3637' }) device!: string;
  @ApiProperty({ type: QuotaDto }) limit!: Quota;
  @ApiProperty({ enum: ['device', 'kind', 'default'], description: 'Where the limit comes from.' })
  limitFrom!: 'device' | 'kind' | 'default';
  @ApiProperty({ description: 'On all paths together.' }) messagesLastMinute!: number;
  @ApiProperty() messagesLastDay!: number;
  @ApiProperty() bytesLastDay!: number;
  @ApiProperty({ type: String, format: 'date-time', nullable: true }) throttledSince!: string | null;
  @ApiProperty() throttled!: number;
  @ApiPropertyOptional({ type: QuotaPathDto, description: 'Over MQTT, as the broker has it.' }) mqtt?: QuotaPathDto;
  @ApiPropertyOptional({ type: QuotaPathDto, description: 'Over HTTP.' }) http?: QuotaPathDto;
  @ApiPropertyOptional({ type: QuotaPathDto, description: 'Through a gateway, as ingest has it.' })
  gateway?: QuotaPathDto;
}
