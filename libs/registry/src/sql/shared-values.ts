/** Beyond this many they are forgotten and begin anew: a city may put a tag of its own on every device. */
const MAX_VALUES = 20_000;

/**
 * One value for equal texts of many rows: the kind, the department or the tags of 150,000 devices are few, and services keep all devices in
 * memory. Values are given out to everybody, so they must not be changed.
 */
export class SharedValues<T> {
  private readonly values = new Map<string, T>();

  constructor(private readonly make: (text: string) => T) {}

  of(text: string): T {
    const known = this.values.get(text);
    if (known !== undefined) return known;
    if (this.values.size >= MAX_VALUES) this.values.clear();
    const value = this.make(text);
    this.values.set(text, value);
    return value;
  }
}
