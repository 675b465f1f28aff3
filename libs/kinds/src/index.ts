export * from './kind.js';
export { titles } from './titles.js';
export { nearestName } from './nearest-name.js';
export { DEPARTMENTS, findDepartment, type DepartmentEntry } from './departments.js';
export { deviceKinds, findKind, indexKinds, kinds } from './catalogue.js';
export { defineKind, isKind, type KindDefinition } from './define-kind.js';
export * from './metric.decorators.js';
export { compileValidator, MAX_LISTED_REJECTIONS, type ReadingValidator } from './compile-validator.js';
export * from './aqhi.js';
export * from './derivation.js';
export * from './group.js';
export { describeKind, type KindDescription } from './describe-kind.js';
export { jsonSchemaOf, type JsonSchema } from './json-schema.js';
export {
  admissibleKinds,
  approvalSettings,
  readApprovals,
  refusalOf,
  refusedKinds,
  type Approvals,
  type RefusedKind,
} from './approvals.js';
export { privacyRegister, type RegisterEntry, type RegisterItem } from './privacy-register.js';
