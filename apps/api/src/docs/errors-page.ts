import { ERRORS } from '#core';
import type { ErrorEntry } from '#core';

/** What the `type` of a problem document points to. */
export function errorsPage(): string {
  const entries = Object.entries(ERRORS).map(([code, entry]) => section(code, entry));
  return `<!doctype html>
<html lang="en">
  <head>
    <meta charset="utf-8">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <title>Lamplighter errors</title>
  </head>
  <body>
    <h1>Errors</h1>
    <p>Problem documents (RFC 9457), dead letters and logs use these codes. They keep their meaning.</p>
${entries.join('\n')}
  </body>
</html>
`;
}

function section(code: string, { title, remedy, status }: ErrorEntry): string {
  const answer = status === undefined ? '' : ` <small>HTTP ${status}</small>`;
  return `    <h2 id="${code}"><code>${code}</code>${answer}</h2>\n    <p>${title}. ${remedy}</p>`;
}
