import { applyDecorators } from '@nestjs/common';
import { ApiHeader, ApiNoContentResponse, ApiOkResponse } from '@nestjs/swagger';

/** How long a client waits before it connects again. */
export const RETRY_MS = 2_000;

const EVENT_STREAM = { content: { 'text/event-stream': { schema: { type: 'string' as const } } } };

/** What every event stream of the API has in common. */
export const AnswersEvents = (until = 'either side ends the stream'): MethodDecorator =>
  applyDecorators(
    ApiHeader({
      name: 'last-event-id',
      required: false,
      description: 'Id of the last event that was received: what came since is sent first.',
    }),
    ApiOkResponse({ description: `Events until ${until}.`, ...EVENT_STREAM }),
  );

/** An event stream of a job: it ends when the job has ended. */
export const AnswersJobEvents = (): MethodDecorator =>
  applyDecorators(
    AnswersEvents('the job has ended'),
    ApiNoContentResponse({
      description: 'The last event of the job is the one that Last-Event-ID names; an EventSource connects no more.',
    }),
  );
