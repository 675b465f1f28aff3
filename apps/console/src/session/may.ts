import { useQuery } from '@tanstack/react-query';
import { sessionQuery } from '../api/queries';
import { ROLES, type Role, type Session } from '../api/types';

export function mayActAs(session: Pick<Session, 'role'> | undefined, role: Role): boolean {
  return session !== undefined && ROLES.indexOf(session.role) >= ROLES.indexOf(role);
}

/** Whether the reader may do what needs the role. The API decides; this only spares a click that it would refuse. */
export function useMay(role: Role): boolean {
  return mayActAs(useQuery(sessionQuery).data, role);
}
