import { findPlan, type KindPlan } from '../devices/kind-plan.js';

/** The companion kind that holds how the network heard a device (ADR 010). */
export const LINK_KIND = 'lorawan-link';

export const LINK_PLAN: KindPlan = findPlan(LINK_KIND)!;
