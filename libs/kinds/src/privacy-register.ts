import type { Approvals } from './approvals.js';
import { findDepartment } from './departments.js';
import type { Identification, Kind, Metric, PrivacyClass, Titles } from './kind.js';
import { titles } from './titles.js';

/** One thing that a kind collects about people. */
export interface RegisterItem {
  readonly metric: string;
  readonly what: Titles;
  readonly privacy: Exclude<PrivacyClass, 'none'>;
  /** What the class means, in words. */
  readonly privacyTitles: Titles;
  readonly why: Titles;
  readonly retentionDays: number;
  readonly keptFor: Titles;
}

/** What the public is told about one kind of device. */
export interface RegisterEntry {
  readonly kind: string;
  readonly titles: Titles;
  readonly description: Titles;
  readonly department: { readonly id: string; readonly titles: Titles };
  /** One sentence: the worst that it collects. */
  readonly summary: Titles;
  /** Empty when nothing that the kind collects concerns people. */
  readonly collects: readonly RegisterItem[];
  readonly consent: Titles | null;
  /** Present only for kinds that could identify people. */
  readonly identifiesPeople: (Identification & { readonly approvalReference: string | null }) | null;
}

const CLASSES: Readonly<Record<Exclude<PrivacyClass, 'none'>, Titles>> = {
  aggregate: titles(
    'Totals, means or states; nobody is recognised.',
    '總數、平均值或狀態，不辨認任何人。',
    '总数、平均值或状态，不识别任何人。',
  ),
  personal: titles('Concerns a single person.', '涉及個別人士。', '涉及个别人士。'),
};

const NOTHING = titles(
  'Collects nothing about people.',
  '不收集任何與個人有關的資料。',
  '不收集任何与个人有关的资料。',
);
const AGGREGATE = titles(
  'Collects totals and states of how places are used; nobody is recognised.',
  '只收集場所使用情況的總數及狀態，不辨認任何人。',
  '只收集场所使用情况的总数及状态，不识别任何人。',
);
const PERSONAL = titles(
  'Collects data about single persons, with their consent.',
  '經本人同意收集個人資料。',
  '经本人同意收集个人资料。',
);
const IDENTIFYING = titles(
  'Could identify people; used only under a recorded approval.',
  '可能識別個人身分；須經批准並備案方可使用。',
  '可能识别个人身份；须经批准并备案方可使用。',
);
const NOT_IN_USE = titles(
  'Could identify people; not approved, so the platform refuses it and stores nothing.',
  '可能識別個人身分；未獲批准，平台拒絕使用，不會儲存任何資料。',
  '可能识别个人身份；未获批准，平台拒绝使用，不会存储任何数据。',
);

/**
 * The public register (THREATS 40): what each kind collects about people, why, and for how long. Plain data, made from the
 * declarations of the kinds, so it cannot differ from what the platform stores.
 */
export function privacyRegister(kinds: readonly Kind[], approvals: Approvals = new Map()): RegisterEntry[] {
  return kinds.map((kind) => ({
    kind: kind.name,
    titles: kind.titles,
    description: kind.description,
    department: { id: kind.department, titles: findDepartment(kind.department)!.titles },
    summary: summaryOf(kind, approvals),
    collects: kind.metrics.flatMap(itemOf),
    consent: kind.consent ?? null,
    identifiesPeople:
      kind.identifiesPeople === undefined
        ? null
        : { ...kind.identifiesPeople, approvalReference: approvals.get(kind.name) ?? null },
  }));
}

function summaryOf(kind: Kind, approvals: Approvals): Titles {
  if (kind.identifiesPeople !== undefined) return approvals.has(kind.name) ? IDENTIFYING : NOT_IN_USE;
  if (kind.metrics.some((metric) => metric.privacy === 'personal')) return PERSONAL;
  return kind.metrics.some((metric) => metric.privacy === 'aggregate') ? AGGREGATE : NOTHING;
}

function itemOf({ name, titles: what, privacy, purpose, retentionDays }: Metric): RegisterItem[] {
  if (privacy === 'none') return [];
  return [
    {
      metric: name,
      what,
      privacy,
      privacyTitles: CLASSES[privacy],
      // `defineKind` refuses a metric about people without a purpose.
      why: purpose!,
      retentionDays,
      keptFor: keptFor(retentionDays),
    },
  ];
}

/** Whole years where they are whole to within two days, else days. */
function keptFor(days: number): Titles {
  const years = Math.round(days / 365.25);
  if (years >= 1 && Math.abs(days - years * 365.25) <= 2) {
    return titles(years === 1 ? '1 year' : `${years} years`, `${years} 年`, `${years} 年`);
  }
  return titles(days === 1 ? '1 day' : `${days} days`, `${days} 日`, `${days} 天`);
}
