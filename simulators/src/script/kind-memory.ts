const FIRST_STRIDE = 8;

/**
 * What the devices of one kind remember between readings, as one block of numbers instead of a map for each device: names are
 * few and the same for all. It passes for the `Map` that kinds expect, and shows the memory of the device in focus. Only what
 * kinds use is there: get, set, has and delete, of numbers that are not NaN.
 */
export class KindMemory extends Map<string, number> {
  private readonly slots = new Map<string, number>();
  private stride = FIRST_STRIDE;
  private cells: Float64Array;
  private device = 0;

  constructor(private readonly devices: number) {
    super();
    this.cells = new Float64Array(devices * this.stride).fill(NaN);
  }

  get bytes(): number {
    return this.cells.byteLength;
  }

  focus(device: number): this {
    this.device = device;
    return this;
  }

  override get(name: string): number | undefined {
    const slot = this.slots.get(name);
    if (slot === undefined) return undefined;
    const value = this.cells[this.device * this.stride + slot]!;
    return Number.isNaN(value) ? undefined : value;
  }

  override has(name: string): boolean {
    return this.get(name) !== undefined;
  }

  override set(name: string, value: number): this {
    let slot = this.slots.get(name);
    if (slot === undefined) {
      this.slots.set(name, (slot = this.slots.size));
      if (this.slots.size > this.stride) this.grow();
    }
    this.cells[this.device * this.stride + slot] = value;
    return this;
  }

  override delete(name: string): boolean {
    const had = this.has(name);
    if (had) this.set(name, NaN);
    return had;
  }

  /** Seldom: a kind shows nearly all names that it uses in its first readings. */
  private grow(): void {
    const wider = this.stride + 4;
    const cells = new Float64Array(this.devices * wider).fill(NaN);
    for (let device = 0; device < this.devices; device++)
      cells.set(this.cells.subarray(device * this.stride, (device + 1) * this.stride), device * wider);
    this.cells = cells;
    this.stride = wider;
  }
}
