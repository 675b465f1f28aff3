import { ApiProperty } from '@nestjs/swagger';
import { IsString, Length } from 'class-validator';
import { ROLES } from '#registry';
import type { Role } from '#registry';

export class NewSessionDto {
  @ApiProperty({ example: 'admin' })
  @IsString()
  @Length(1, 128)
  username!: string;

  @ApiProperty({ format: 'password' })
  @IsString()
  @Length(1, 512)
  password!: string;
}

export class SessionDto {
  @ApiProperty({ example: 'admin' })
  username!: string;

  @ApiProperty({ enum: ROLES })
  role!: Role;

  @ApiProperty({ type: [String], nullable: true, description: 'Departments whose things are visible; null for all.' })
  departments!: string[] | null;

  @ApiProperty({
    type: String,
    format: 'date-time',
    nullable: true,
    description: 'Null for credentials that are no session.',
  })
  expiresAt!: string | null;
}
