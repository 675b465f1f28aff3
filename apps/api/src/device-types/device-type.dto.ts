import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';
import { IsArray, IsInt, IsObject, IsOptional, IsString, Length, Max, MaxLength, Min } from 'class-validator';
import { QueryFlag } from '../http/parameters.js';

/** Characters of a script; the sandbox takes no longer one. */
const MAX_SCRIPT = 512 * 1024;

const DEFINITION_EXAMPLE = {
  id: 'acme-th-1',
  vendor: 'Acme',
  model: 'TH',
  version: '1',
  kind: 'lpwan-node',
  fields: { temperature: { source: '/air/t', unit: '[degF]' }, battery: '/battery' },
};

export class DeviceTypeUploadDto {
  @ApiProperty({
    type: Object,
    description: 'What device-type.json says; docs/guides/add-a-codec.md explains each member.',
    example: DEFINITION_EXAMPLE,
  })
  @IsObject()
  definition!: Record<string, unknown>;

  @ApiPropertyOptional({
    type: String,
    nullable: true,
    description: "The vendor's script (TS013), as it is. Without one, payloads must be decoded by the network server.",
    example:
      'function decodeUplink(input) { return { data: { air: { t: input.bytes[0] }, battery: input.bytes[1] } }; }',
  })
  @IsOptional()
  @IsString()
  @MaxLength(MAX_SCRIPT)
  script?: string | null;

  @ApiPropertyOptional({
    type: [Object],
    description: 'What examples.json says: payloads with what must come out.',
    example: [
      {
        description: 'warm',
        input: { fPort: 1, bytes: '4D5F' },
        output: { data: { air: { t: 77 }, battery: 95 } },
        reading: { temperature: 25, battery: 95 },
      },
    ],
  })
  @IsOptional()
  @IsArray()
  examples?: unknown[];
}

export class UploadQueryDto {
  @QueryFlag('Only check the definition and run the examples; nothing is kept.') dryRun?: boolean;
  @QueryFlag('Keep the type although examples fail.') force?: boolean;
}

export class PayloadDto {
  @ApiPropertyOptional({ example: '4D5F', description: 'The payload in hexadecimal.' })
  @IsOptional()
  @IsString()
  @Length(0, 1024)
  hex?: string;

  @ApiPropertyOptional({ example: 'TV8=', description: 'The payload in base64, instead of hex.' })
  @IsOptional()
  @IsString()
  @Length(0, 1024)
  base64?: string;

  @ApiPropertyOptional({ default: 1, minimum: 0, maximum: 255 })
  @IsOptional()
  @IsInt()
  @Min(0)
  @Max(255)
  fPort?: number;
}

export class DifferenceDto {
  @ApiProperty({ description: 'RFC 6901 pointer.' }) path!: string;
  @ApiPropertyOptional({ description: 'As JSON text; absent when nothing was expected there.' }) expected?: string;
  @ApiPropertyOptional({ description: 'As JSON text; absent when there is nothing.' }) actual?: string;
}

export class ExampleResultDto {
  @ApiProperty() description!: string;
  @ApiProperty() passed!: boolean;
  @ApiProperty({ type: [DifferenceDto] }) differences!: readonly DifferenceDto[];
  @ApiProperty({ type: [String], description: 'What the script wrote to its console.' }) logs!: readonly string[];
}

export class DeviceTypeSummaryDto {
  @ApiProperty({ example: 'acme-th-1' }) id!: string;
  @ApiProperty({ example: 'Acme' }) vendor!: string;
  @ApiProperty({ example: 'TH' }) model!: string;
  @ApiProperty({ example: '1' }) version!: string;
  @ApiProperty({ example: 'lpwan-node' }) kind!: string;
  @ApiProperty({ type: Object, description: 'By language.' }) titles!: Readonly<Record<string, string>>;
  @ApiProperty({ description: 'Part of the release; cannot be changed here.' }) builtIn!: boolean;
  @ApiProperty({ description: 'Whether raw payloads are decoded here.' }) decodesRaw!: boolean;
  @ApiProperty({ description: 'Changes whenever payloads might be read differently.' }) revision!: string;
  @ApiProperty({ type: [Object], description: 'Why this release cannot use it; empty when it can.' })
  faults!: readonly object[];
}

export class DeviceTypeDto extends DeviceTypeSummaryDto {
  @ApiProperty({ type: Object }) definition!: unknown;
  @ApiProperty({ type: String, nullable: true }) script!: string | null;
  @ApiProperty({ type: [Object] }) examples!: readonly unknown[];
}

export class DeviceTypesDto {
  @ApiProperty({ type: [DeviceTypeSummaryDto] }) deviceTypes!: DeviceTypeSummaryDto[];
}

export class ExamplesDto {
  @ApiProperty() passed!: number;
  @ApiProperty() failed!: number;
  @ApiProperty({ type: [ExampleResultDto] }) examples!: readonly ExampleResultDto[];
}

export class UploadResultDto extends ExamplesDto {
  @ApiProperty() id!: string;
  @ApiProperty({ description: 'False after a dry run.' }) saved!: boolean;
  @ApiProperty() revision!: string;
}

export class RejectionDto {
  @ApiProperty() code!: string;
  @ApiProperty() pointer!: string;
  @ApiProperty() detail!: string;
  @ApiPropertyOptional() expected?: string;
  @ApiPropertyOptional() actual?: string;
}

export class TriedReadingDto {
  @ApiPropertyOptional({
    format: 'date-time',
    description: 'Where the codec tells it; otherwise it is that of the uplink.',
  })
  time?: string;

  @ApiProperty({ type: Object, description: 'By metric, in the units of the kind.' })
  values!: object;
}

export class TriedPayloadDto {
  @ApiPropertyOptional({ type: Object, description: 'What the script returned as data.' }) decoded?: unknown;
  @ApiPropertyOptional({ type: Object, description: 'What normalizeUplink made of it.' }) normalized?: unknown;
  @ApiProperty({ type: [String] }) warnings!: readonly string[];
  @ApiProperty({ type: [String], description: 'What the script wrote to its console.' }) logs!: readonly string[];
  @ApiPropertyOptional({ type: [TriedReadingDto], description: 'What would be stored, in order of time.' })
  readings?: readonly TriedReadingDto[];
  @ApiProperty({ type: [RejectionDto] }) rejections!: readonly RejectionDto[];
}
