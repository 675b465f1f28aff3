import { createHmac, timingSafeEqual } from 'node:crypto';
import { Problem } from '../http/problem.js';

const TAG_BYTES = 12;

/**
 * Makes the cursor of a store opaque and bound to its query: one that was changed, or that belongs to another query, is
 * refused here and never reaches the store (THREATS 31).
 */
export class PageCursor {
  constructor(
    private readonly key: string,
    /** Everything that decides which rows the query finds and in which order. */
    private readonly query: string,
  ) {}

  seal(cursor: string | null): string | null {
    if (cursor === null) return null;
    return Buffer.concat([this.tagOf(cursor), Buffer.from(cursor, 'utf8')]).toString('base64url');
  }

  /** @throws Problem `bad-request` */
  open(sealed: string | undefined): string | undefined {
    if (sealed === undefined) return undefined;
    const bytes = Buffer.from(sealed, 'base64url');
    const cursor = bytes.subarray(TAG_BYTES).toString('utf8');
    if (bytes.length <= TAG_BYTES || !timingSafeEqual(bytes.subarray(0, TAG_BYTES), this.tagOf(cursor))) {
      throw new Problem('bad-request', 'The cursor is not one of this query; start again without it.', {
        pointer: '/cursor',
      });
    }
    return cursor;
  }

  private tagOf(cursor: string): Buffer {
    const mac = createHmac('sha256', this.key).update(this.query).update('\0').update(cursor);
    return mac.digest().subarray(0, TAG_BYTES);
  }
}
