// What went wrong with a request, in a sentence that says what happened and what to do.
import type { components } from './api-types';
import { say } from './language';

type ErrorBody = components['schemas']['Error'];

export class ApiError extends Error {
  constructor(
    /** The HTTP status; 0 when the server did not answer. */
    readonly status: number,
    message: string,
    readonly code = '',
    readonly fields: { field: string; message: string }[] = [],
    /** Seconds to wait before another try; null when the server named none. */
    readonly retryAfter: number | null = null,
    readonly requestId = '',
  ) {
    super(message);
    this.name = 'ApiError';
  }

  field(name: string): string | undefined {
    return this.fields.find((one) => one.field === name || one.field.startsWith(`${name}.`) || one.field.startsWith(`${name}[`))?.message;
  }
}

export function offline(): ApiError {
  const key = typeof navigator !== 'undefined' && !navigator.onLine ? 'error.offline' : 'error.unreachable';
  return new ApiError(0, say(key));
}

export async function failureOf(response: Response): Promise<ApiError> {
  const body = (await response.json().catch(() => null)) as Partial<ErrorBody> | null;
  return failureFrom(response.status, body, response.headers.get('Retry-After'));
}

export function failureFrom(status: number, body: Partial<ErrorBody> | null | undefined, retryAfter: string | null): ApiError {
  const wait = retryAfter === null ? null : Number(retryAfter) || null;
  let detail = body?.detail ?? '';
  if (status === 429) detail = say('error.tooMany', wait ?? 30);
  else if (status === 503) detail = say('error.busy', wait ?? 5);
  else if (status >= 500) detail = detail || say('error.server');
  else if (!detail) detail = say('error.unexpected', status);
  return new ApiError(status, detail, body?.code ?? '', body?.errors ?? [], wait, body?.request_id ?? '');
}

export function sentenceOf(error: unknown): string {
  if (error instanceof ApiError) {
    const more = error.fields.map((one) => one.message).filter((one) => one && !error.message.includes(one));
    return [error.message, ...more].join(' ');
  }
  return say('error.page');
}
