import { createHash } from 'node:crypto';
import { Inject, Injectable } from '@nestjs/common';
import { kinds, privacyRegister, type RegisterEntry, type Titles } from '#kinds';
import type { ApiSettings } from '../environment.js';
import { type CsvCell, csvDocument } from '../http/csv.js';
import { SETTINGS } from '../ports.js';
import { LANGUAGES, type Language } from './languages.js';
import { privacyPage } from './privacy-page.js';

/** A body that stays the same until the process starts anew, for kinds and approvals do. */
export interface FixedBody {
  readonly type: string;
  readonly text: string;
  /** RFC 9110 section 8.8.3, strong. */
  readonly etag: string;
}

/** The public register in all its forms, made once. */
@Injectable()
export class PrivacyRegister {
  readonly json: FixedBody;
  readonly csv: FixedBody;
  private readonly pages: ReadonlyMap<Language, FixedBody>;

  constructor(@Inject(SETTINGS) settings: ApiSettings) {
    const entries = privacyRegister(kinds, settings.approvals);
    this.json = bodyOf('application/json; charset=utf-8', JSON.stringify({ register: entries }));
    this.csv = bodyOf('text/csv; charset=utf-8; header=present', csvOf(entries));
    this.pages = new Map(
      LANGUAGES.map((language) => [language, bodyOf('text/html; charset=utf-8', privacyPage(entries, language))]),
    );
  }

  page(language: Language): FixedBody {
    return this.pages.get(language)!;
  }
}

function bodyOf(type: string, text: string): FixedBody {
  return { type, text, etag: `"${createHash('sha256').update(text).digest('base64url').slice(0, 27)}"` };
}

/** A row for each thing that is collected; a kind that collects nothing about people has one row that says so. */
function csvOf(entries: readonly RegisterEntry[]): string {
  const inAll = (name: string): string[] => LANGUAGES.map((language) => `${name}_${language}`);
  const all = (titles: Titles | null): string[] => LANGUAGES.map((language) => titles?.[language] ?? '');
  const header = ['kind', ...inAll('title'), 'department', ...inAll('summary'), 'metric', ...inAll('what'), 'privacy', ...inAll('why'), 'retention_days', 'identifies_people', 'approval']; // prettier-ignore
  const rows = entries.flatMap((entry): (readonly CsvCell[])[] => {
    const start = [entry.kind, ...all(entry.titles), entry.department.id, ...all(entry.summary)];
    const end = [entry.identifiesPeople !== null, entry.identifiesPeople?.approvalReference ?? ''];
    if (entry.collects.length === 0) return [[...start, '', ...all(null), '', ...all(null), null, ...end]];
    return entry.collects.map(({ metric, what, privacy, why, retentionDays }) => [
      ...start,
      metric,
      ...all(what),
      privacy,
      ...all(why),
      retentionDays,
      ...end, // prettier-ignore
    ]);
  });
  return csvDocument(header, rows);
}
