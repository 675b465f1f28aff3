import type { Derivation } from './derivation.js';
import type { Kind } from './kind.js';

/** A kind as plain JSON: everything that it declares and nothing that runs. */
export type KindDescription = Omit<Kind, 'payload' | 'simulate' | 'derivations'> & {
  readonly derivations: readonly Omit<Derivation, 'compute'>[];
};

/** What `GET /v1/kinds` answers for the kind; the console builds its forms, charts and alarm texts from it. */
export function describeKind(kind: Kind): KindDescription {
  const { payload: _payload, simulate: _simulate, derivations, ...description } = kind;
  return { ...description, derivations: derivations.map(({ compute: _compute, ...derivation }) => derivation) };
}
