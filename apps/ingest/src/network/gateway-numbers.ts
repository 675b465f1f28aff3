import type { Registry } from '#registry';
import type { Retry } from '#service';

/** When a gateway was heard last is written this often. */
const NOTED_EVERY_MS = 60_000;
/** A network server that makes up names gets no numbers for more of them. */
const MAX_GATEWAYS = 20_000;
/** What may stand for a gateway: an EUI, or the name that a network server gave it. */
const GATEWAY = /^[\x21-\x7e]{1,64}$/;

/** The numbers of gateways (ADR 010), kept in memory; a city has some hundreds of them. */
export class GatewayNumbers {
  private readonly numbers = new Map<string, number>();
  private readonly notedAt = new Map<string, number>();

  constructor(
    private readonly gateways: Pick<Registry['gateways'], 'note'>,
    private readonly retry: Retry,
  ) {}

  /** Makes the numbers of all these gateways known; waits for a registry that does not answer. */
  async note(heard: readonly { readonly gateway: string | null; readonly at: number }[]): Promise<void> {
    const due: { eui: string; at: number }[] = [];
    for (const { gateway, at } of heard) {
      if (gateway === null || !GATEWAY.test(gateway)) continue;
      const noted = this.notedAt.get(gateway);
      if (noted === undefined && this.notedAt.size >= MAX_GATEWAYS) continue;
      if (noted === undefined || at >= noted + NOTED_EVERY_MS) due.push({ eui: gateway, at });
    }
    if (due.length === 0) return;
    const numbers = await this.retry.run('registry', () => this.gateways.note(due));
    for (const [eui, number] of numbers) this.numbers.set(eui, number);
    for (const { eui, at } of due) this.notedAt.set(eui, Math.max(at, this.notedAt.get(eui) ?? -Infinity));
  }

  /** Null for a gateway without a usable name. */
  numberOf(gateway: string | null): number | null {
    return gateway === null ? null : (this.numbers.get(gateway) ?? null);
  }
}
