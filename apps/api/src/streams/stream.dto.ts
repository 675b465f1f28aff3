import { SEVERITIES } from '#kinds';
import type { Severity } from '#kinds';
import { QueryChoice, QueryList, QueryText } from '../http/parameters.js';

export class ReadingStreamQueryDto {
  @QueryText('Name of a kind.', 'smart-lamppost') kind?: string;
  @QueryText('Id of a department.', 'hyd') department?: string;
  @QueryText('Code of a district.', 'A') district?: string;
  @QueryList('Ids of devices.', { max: 1_000 }) device?: string[];
}

export class AlarmStreamQueryDto extends ReadingStreamQueryDto {
  @QueryChoice('Severity.', SEVERITIES) severity?: Severity;
}
