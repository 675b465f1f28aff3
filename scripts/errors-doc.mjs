#!/usr/bin/env node
// Writes docs/errors.md from the compiled catalogue: node scripts/errors-doc.mjs (after a build).
import { writeFileSync } from 'node:fs';
import { ERRORS } from '../dist/libs/core/src/errors.js';

const FAMILIES = {
  rejection: [
    'Rejections',
    'A device sent something that could not be stored. Kept as a dead letter with the raw bytes, and reported on the `rejected` topic of the device. The status is what HTTP ingest answers.',
  ],
  http: ['HTTP problems', 'Answers of the API, as RFC 9457 problem documents.'],
  fault: ['Faults', 'The platform itself is in trouble. Seen in logs and in `GET /health/ready`.'],
};

const lines = [
  '# Errors',
  '',
  'Every code, what it means and what to do. Written from `libs/core/src/errors.ts` by `node scripts/errors-doc.mjs`; a test keeps the two equal.',
  '',
];
for (const [family, [title, text]] of Object.entries(FAMILIES)) {
  lines.push(`## ${title}`, '', text, '', '| code | status | what happened | what to do |', '|---|---|---|---|');
  for (const [code, entry] of Object.entries(ERRORS)) {
    if (entry.family === family)
      lines.push(`| \`${code}\` | ${entry.status ?? ''} | ${entry.title} | ${entry.remedy} |`);
  }
  lines.push('');
}
writeFileSync(new URL('../docs/errors.md', import.meta.url), lines.join('\n'));
