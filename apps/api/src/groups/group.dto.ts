import { ApiExtraModels, ApiProperty, getSchemaPath } from '@nestjs/swagger';
import { QueryText } from '../http/parameters.js';
import { LatestValueDto } from '../readings/latest.dto.js';
import { ReadingDto } from '../readings/readings.dto.js';

export class GroupListDto {
  @QueryText('Groups of this kind only.', 'parking-space') kind?: string;
  @QueryText('Groups of this department only.', 'td') department?: string;
}

@ApiExtraModels(LatestValueDto)
export class GroupDto {
  @ApiProperty({ example: 'street:parking-space:td:nathan-road' }) id!: string;
  @ApiProperty({ enum: ['street', 'place', 'district'], description: 'What its members have in common.' }) tag!: string;
  @ApiProperty({ example: 'Nathan Road' }) name!: string;
  @ApiProperty({ example: 'parking-space' }) kind!: string;
  @ApiProperty({ example: 'td' }) department!: string;
  @ApiProperty({ example: 'E', description: 'Where most of its members are.' }) district!: string;
  @ApiProperty({ description: 'In the middle of its members.' }) latitude!: number;
  @ApiProperty() longitude!: number;
  @ApiProperty({ description: 'Registered members.' }) members!: number;
  @ApiProperty({ type: [String], description: 'Metrics that are derived for the group.' }) metrics!: string[];
  @ApiProperty({
    type: Object,
    additionalProperties: { $ref: getSchemaPath(LatestValueDto) },
    description: 'Last value of each; a derived value stands at the end of its window.',
  })
  values!: Record<string, LatestValueDto>;
}

export class GroupsDto {
  @ApiProperty({ type: [GroupDto] }) groups!: GroupDto[];
}

export class GroupReadingsDto {
  @ApiProperty({ type: [ReadingDto] }) readings!: ReadingDto[];
  @ApiProperty({ type: String, nullable: true, description: 'Value of `cursor` for the next page.' }) next!:
    string | null;
}
