import { ApiProperty } from '@nestjs/swagger';

export class TelemetryAcceptedDto {
  @ApiProperty({ enum: ['journalled'], description: 'The message is on disk; what becomes of it, the ledger says.' })
  status!: 'journalled';

  @ApiProperty({ example: 'city/hyd/smart-lamppost/GF3637/telemetry', description: 'The topic it was published on.' })
  topic!: string;
}
