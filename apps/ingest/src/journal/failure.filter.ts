import { Catch, type RpcExceptionFilter } from '@nestjs/common';
import { type Observable, throwError } from 'rxjs';

/** Hands a handler's failure to the transport as it is. Nest would replace it by 'Internal server error', for callers that nobody knows. */
@Catch()
export class FailureFilter implements RpcExceptionFilter {
  catch(failure: unknown): Observable<never> {
    return throwError(() => failure);
  }
}
