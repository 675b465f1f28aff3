import type { ArgumentMetadata } from '@nestjs/common';
import { IsLatitude, IsNumber, IsString, Length } from 'class-validator';
import { Problem } from './problem.js';
import { validationPipe } from './validation.pipe.js';

class PlaceDto {
  @IsString() @Length(1, 64) department!: string;
  @IsLatitude() @IsNumber() latitude!: number;
}

async function problemOf(body: unknown): Promise<Problem> {
  const metadata: ArgumentMetadata = { type: 'body', metatype: PlaceDto };
  return (await validationPipe()
    .transform(body, metadata)
    .catch((error: unknown) => error)) as Problem;
}

describe('the validation of requests', () => {
  it('says once of each member that is missing that it is', async () => {
    const { extras, message } = await problemOf({});
    expect(message).toBe('department is missing');
    expect(extras.faults).toEqual([
      { pointer: '/department', detail: 'department is missing' },
      { pointer: '/latitude', detail: 'latitude is missing' },
    ]);
  });

  it('says what is wrong with one that is there, never what was sent', async () => {
    const { extras } = await problemOf({ department: 'secret-key'.repeat(9), latitude: null });
    expect(extras.faults?.map(({ pointer }) => pointer)).toEqual(['/department', '/latitude', '/latitude']);
    expect(extras.faults?.[0]?.detail).toMatch(/shorter than or equal to 64/);
    expect(JSON.stringify(extras)).not.toContain('secret-key');
  });

  it('names a member that nobody asked for', async () => {
    const { extras } = await problemOf({ department: 'hyd', latitude: 22.3, colour: 'green' });
    expect(extras.faults).toEqual([{ pointer: '/colour', detail: 'property colour should not exist' }]);
  });
});
