import { createParamDecorator, SetMetadata } from '@nestjs/common';
import type { ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { ROLES } from '#registry';
import type { Role } from '#registry';
import { notFound, Problem } from '../http/problem.js';

/** Who asks, after authentication, and what that lets them see. */
export interface Caller {
  /** 'admin', 'key:<id>': the actor of audit entries and alarm transitions. */
  readonly name: string;
  readonly role: Role;
  /** Null: all departments. */
  readonly departments: readonly string[] | null;
  readonly via: 'password' | 'key' | 'session';
}

declare module 'fastify' {
  interface FastifyRequest {
    caller: Caller | null;
  }
}

export const PUBLIC = Symbol('public');
export const MINIMUM_ROLE = Symbol('minimum-role');

/** The route answers without credentials, or checks its own. */
export const Public = (): MethodDecorator & ClassDecorator => SetMetadata(PUBLIC, true);

/** The least role that may use the route; without it, 'viewer'. */
export const Needs = (role: Role): MethodDecorator & ClassDecorator => SetMetadata(MINIMUM_ROLE, role);

export const CurrentCaller = createParamDecorator((_data: unknown, context: ExecutionContext): Caller => {
  const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
  if (caller === null) throw new Problem('unauthenticated', 'Credentials are needed here.');
  return caller;
});

/** Each role may do what the ones before it may. */
export function mayActAs(caller: Caller, role: Role): boolean {
  return ROLES.indexOf(caller.role) >= ROLES.indexOf(role);
}

export function sees(caller: Caller, department: string | null): boolean {
  return caller.departments === null || (department !== null && caller.departments.includes(department));
}

/**
 * The departments that a query may look at: those of the caller, narrowed by what was asked for. Asking for a department
 * of others finds nothing rather than being refused, so that an answer does not tell what exists (THREATS 34).
 */
export function scopeOf(caller: Caller, department?: string): readonly string[] | null {
  if (department === undefined) return caller.departments;
  return sees(caller, department) ? [department] : [];
}

/** @throws Problem `not-found` unless the thing is there and belongs to a department of the caller */
export function visible<T extends { readonly department: string }>(caller: Caller, thing: T | null, what: string): T {
  if (thing === null || !sees(caller, thing.department)) throw notFound(what);
  return thing;
}
