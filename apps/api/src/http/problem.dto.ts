import { ApiProperty, ApiPropertyOptional } from '@nestjs/swagger';

export class ProblemFaultDto {
  @ApiProperty({ example: '/latitude', description: 'RFC 6901 pointer into the body, or the name of a parameter.' })
  pointer!: string;

  @ApiProperty()
  detail!: string;
}

/** Problem details of RFC 9457. */
export class ProblemDto {
  @ApiProperty({ format: 'uri-reference', example: '/docs/errors#not-found' })
  type!: string;

  @ApiProperty({ example: 'There is no such thing here' })
  title!: string;

  @ApiProperty({ example: 404 })
  status!: number;

  @ApiProperty()
  detail!: string;

  @ApiProperty({ example: 'not-found', description: 'Key of the error catalogue; stable.' })
  code!: string;

  @ApiProperty({ description: 'What to do about it.' })
  remedy!: string;

  @ApiPropertyOptional()
  pointer?: string;

  @ApiPropertyOptional({
    type: [ProblemFaultDto],
    description: 'All faults of the request, when there may be several.',
  })
  errors?: ProblemFaultDto[];

  @ApiPropertyOptional({ type: Object, description: 'The nearest query that is allowed, with code `query-too-large`.' })
  nearest?: object;

  @ApiPropertyOptional()
  requestId?: string;
}
