import type { OpenAPIObject } from '@nestjs/swagger';

type Json = { [key: string]: unknown };

const METHODS = ['get', 'put', 'post', 'patch', 'delete'] as const;
/** Routes that answer without credentials. */
const OPEN = /^\/(?:health|docs|openapi\.json|asyncapi\.json|privacy-register|v1\/privacy-register)/;

/**
 * Turns what @nestjs/swagger writes, OpenAPI 3.0, into OpenAPI 3.1, whose schemas are JSON Schema 2020-12: `nullable` becomes
 * the type 'null'.
 */
export function asOpenApi31(document: OpenAPIObject): Json {
  const converted = convert(document) as Json;
  const paths = converted.paths as Record<string, Json>;
  for (const [path, item] of Object.entries(paths)) {
    for (const method of METHODS) {
      const operation = item[method] as Json | undefined;
      if (operation === undefined) continue;
      if (OPEN.test(path) || (path === '/v1/session' && method === 'post')) operation.security = [];
    }
  }
  return { ...converted, openapi: '3.1.0', jsonSchemaDialect: 'https://json-schema.org/draft/2020-12/schema' };
}

function convert(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(convert);
  if (typeof value !== 'object' || value === null) return value;
  const node = Object.fromEntries(
    Object.entries(value).map(([key, inner]) => [key, key === 'example' ? inner : convert(inner)]),
  ) as Json;
  return node.nullable === true ? withNull(node) : node;
}

function withNull({ nullable: _nullable, ...schema }: Json): Json {
  const orNull = { type: 'null' };
  if (Array.isArray(schema.oneOf)) return { ...schema, oneOf: [...(schema.oneOf as unknown[]), orNull] };
  // A class: Nest writes its reference into 'allOf', all of which would have to take null.
  const { allOf, type, ...rest } = schema;
  if (Array.isArray(allOf)) return { ...rest, anyOf: [allOf.length === 1 ? (allOf[0] as Json) : { allOf }, orNull] };
  const labels = Array.isArray(schema.enum) ? { enum: [...(schema.enum as unknown[]), null] } : {};
  return { ...schema, type: [typeof type === 'string' ? type : 'object', 'null'], ...labels };
}
