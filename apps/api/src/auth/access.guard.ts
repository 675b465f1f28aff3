import { Injectable } from '@nestjs/common';
import type { CanActivate, ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyRequest } from 'fastify';
import type { Role } from '#registry';
import { Problem } from '../http/problem.js';
import { mayActAs, MINIMUM_ROLE, PUBLIC } from './caller.js';

/** Every route needs a caller of at least the role 'viewer' unless it says otherwise. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(private readonly reflector: Reflector) {}

  canActivate(context: ExecutionContext): boolean {
    const places = [context.getHandler(), context.getClass()];
    if (this.reflector.getAllAndOverride<boolean | undefined>(PUBLIC, places) === true) return true;
    const { caller } = context.switchToHttp().getRequest<FastifyRequest>();
    if (caller === null) throw new Problem('unauthenticated', 'Credentials are needed here.');
    const role = this.reflector.getAllAndOverride<Role | undefined>(MINIMUM_ROLE, places) ?? 'viewer';
    if (!mayActAs(caller, role)) {
      throw new Problem('forbidden', `This needs the role '${role}'; the credentials have '${caller.role}'.`);
    }
    return true;
  }
}
