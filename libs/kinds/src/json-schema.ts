import type { Kind, Metric } from './kind.js';

export type JsonSchema = { readonly [keyword: string]: unknown };

/**
 * JSON Schema (draft 2020-12) of the native payload of a kind: one reading, or an array of them. It accepts what the path
 * accepts without a rejection, so that a device maker can test with any validator.
 */
export function jsonSchemaOf(kind: Kind): JsonSchema {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: `urn:lamplighter:kind:${kind.name}`,
    title: kind.titles.en,
    description: kind.description.en,
    anyOf: [{ $ref: '#/$defs/reading' }, { type: 'array', minItems: 1, items: { $ref: '#/$defs/reading' } }],
    $defs: {
      reading: {
        type: 'object',
        required: ['values'],
        additionalProperties: false,
        properties: {
          ts: {
            description:
              'Time of the observation: milliseconds since 1970, or ISO 8601 with an offset. The receive time when absent.',
            anyOf: [
              { type: 'integer', minimum: 0 },
              { type: 'string', format: 'date-time' },
            ],
          },
          seq: {
            description: 'Running number; gaps show what was lost.',
            type: 'integer',
            minimum: 0,
            maximum: Number.MAX_SAFE_INTEGER,
          },
          boot: { description: 'Changes when seq starts again.', type: 'string', minLength: 1, maxLength: 64 },
          values: {
            type: 'object',
            minProperties: 1,
            additionalProperties: false,
            properties: Object.fromEntries(kind.metrics.filter((metric) => metric.derived !== true).map(propertyOf)),
          },
        },
      },
    },
  };
}

function propertyOf(metric: Metric): [string, JsonSchema] {
  const about = { title: metric.titles.en, 'x-unit': metric.unit, 'x-quantity': metric.quantity };
  switch (metric.type) {
    case 'boolean':
      return [metric.name, { ...about, type: ['boolean', 'null'] }];
    case 'enum':
      return [metric.name, { ...about, enum: [...metric.labels!, null] }];
    default:
      return [metric.name, { ...about, type: [metric.type, 'null'], minimum: metric.min, maximum: metric.max }];
  }
}
