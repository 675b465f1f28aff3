import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { QUALITY_GRADES } from '#registry';
import type { QualityGrade } from '#registry';
import { QueryChoice, QueryInteger, QueryText } from '../http/parameters.js';
import { TitlesDto } from '../kinds/kinds.dto.js';

export class QualityQueryDto {
  @QueryText('Name of a kind.', 'smart-lamppost') kind?: string;
  @QueryText('Id of a department.', 'hyd') department?: string;
  @QueryText('Code of a district.', 'A') district?: string;
  @QueryChoice('Only devices of this grade.', QUALITY_GRADES) grade?: QualityGrade;
  @QueryInteger('Devices at most.', { min: 1, max: 1_000, fallback: 100 }) limit?: number;
  @QueryText('`next` of the page before.') cursor?: string;
}

class QualityWindowDto {
  @ApiProperty({ format: 'date-time' }) from!: string;
  @ApiProperty({ format: 'date-time' }) to!: string;
}

class CompletenessShareDto {
  @ApiProperty({ description: 'Readings that came.' }) received!: number;
  @ApiProperty({ description: 'Readings that the interval promises.' }) expected!: number;
  @ApiProperty({ description: 'At most 1.' }) ratio!: number;
}

class QualityGapsDto {
  @ApiProperty({ description: 'Stretches longer than twice the interval.' }) count!: number;
  @ApiProperty() longestMs!: number;
  @ApiProperty({ type: [QualityWindowDto] }) latest!: QualityWindowDto[];
}

class StuckMetricDto {
  @ApiProperty({ example: 'temperature' }) metric!: string;
  @ApiProperty() value!: number;
  @ApiProperty({ format: 'date-time' }) since!: string;
  @ApiProperty() readings!: number;
}

class ClockDto {
  @ApiProperty({ description: 'Positive when the clock of the device is behind.' }) offsetMs!: number;
  @ApiProperty({ type: Number, nullable: true }) driftMsPerDay!: number | null;
}

class BatteryDto {
  @ApiProperty() percent!: number;
  @ApiProperty({ type: Number, nullable: true }) percentPerDay!: number | null;
  @ApiProperty({ type: Number, nullable: true }) daysLeft!: number | null;
}

class RejectedDto {
  @ApiProperty() messages!: number;
  @ApiProperty() share!: number;
}

class RadioDto {
  @ApiProperty({ description: 'Frames that no gateway heard.' }) lost!: number;
  @ApiProperty() share!: number;
}

class QualityReasonDto {
  @ApiProperty({ example: 'incomplete' }) code!: string;
  @ApiProperty({ description: 'Points that it costs.' }) penalty!: number;
  @ApiPropertyOptional({ example: 'temperature' }) metric?: string;
  @ApiProperty({ type: TitlesDto }) text!: TitlesDto;
}

export class QualityDto {
  @ApiProperty({ example: 'GF3637' }) device!: string;
  @ApiProperty({ example: 'smart-lamppost' }) kind!: string;
  @ApiProperty({ example: 'hyd' }) department!: string;
  @ApiProperty({ example: 'A' }) district!: string;
  @ApiProperty({ minimum: 0, maximum: 100 }) score!: number;
  @ApiProperty({ enum: QUALITY_GRADES }) grade!: string;
  @ApiProperty({ format: 'date-time' }) assessedAt!: string;
  @ApiProperty({ type: QualityWindowDto }) window!: QualityWindowDto;
  @ApiProperty({ type: CompletenessShareDto }) completeness!: CompletenessShareDto;
  @ApiProperty({ type: QualityGapsDto }) gaps!: QualityGapsDto;
  @ApiProperty({ type: [StuckMetricDto] }) stuck!: StuckMetricDto[];
  @ApiProperty({
    type: Object,
    additionalProperties: { type: 'number' },
    description: 'Values that jumped away and back, by metric.',
  })
  spikes!: Readonly<Record<string, number>>;
  @ApiProperty({ type: ClockDto, nullable: true }) clock!: ClockDto | null;
  @ApiProperty({ type: BatteryDto, nullable: true }) battery!: BatteryDto | null;
  @ApiProperty({ type: RejectedDto }) rejected!: RejectedDto;
  @ApiProperty({ type: RadioDto, nullable: true }) radio!: RadioDto | null;
  @ApiProperty({ type: [QualityReasonDto], description: 'What costs points, most first.' })
  reasons!: QualityReasonDto[];
}

export class QualityPageDto {
  @ApiProperty({
    type: Object,
    additionalProperties: { type: 'number' },
    description: 'Devices by grade, of all that match without `grade`.',
  })
  counts!: Readonly<Record<string, number>>;
  @ApiProperty({ type: [QualityDto], description: 'Worst first.' }) devices!: QualityDto[];
  @ApiProperty({ type: String, nullable: true }) next!: string | null;
}
