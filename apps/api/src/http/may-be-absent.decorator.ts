import { ValidateIf } from 'class-validator';

/** The member may be left out, but not be null. `IsOptional` takes null for absent, and whatever stores it would find the null. */
export const MayBeAbsent = (): PropertyDecorator => ValidateIf((_object, value) => value !== undefined);
