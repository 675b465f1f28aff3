import { Problem } from '../http/problem.js';

export function badEventId(): Problem {
  return new Problem('bad-request', 'Last-Event-ID is not the id of an event of this stream.', {
    pointer: '/last-event-id',
  });
}
