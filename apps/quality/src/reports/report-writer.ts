import type { Clock } from '#core';
import { deviceTopic } from '#core';
import type { DeviceQuality, QualityRepository } from '#registry';
import type { TelemetryQueries } from '#timeseries';
import { assess } from '../assess/assess.js';
import type { WatchedDevice, WatchedDevices } from '../devices/watched-devices.js';
import { HOUR_MS, WINDOW_HOURS } from '../observe/window.js';
import type { QualityCounters } from '../status/quality-counters.js';

export interface ReportWriterParts {
  readonly devices: WatchedDevices;
  readonly quality: QualityRepository;
  readonly store: Pick<TelemetryQueries, 'outcomes' | 'deadLetterGroups'>;
  readonly bus: { readonly connected: boolean; publishDurably(topic: string, payload: string): Promise<void> };
  readonly counters: QualityCounters;
  readonly clock: Clock;
  /** Uniform in [0, 1). */
  readonly random: () => number;
}

/**
 * A report whose score has not changed is written again after this time, spread over devices: a city of 150,000 must not write all of
 * them every minute.
 */
const REWRITE_MS = 600_000;

/** Devices assessed before other work gets its turn. */
const CHUNK = 500;

/**
 * Assesses every device, keeps what is new in the registry and tells the owner on `city/{department}/{kind}/{device}/quality` when a grade
 * changes. A report that could not be published is published with the next assessment.
 */
export class ReportWriter {
  constructor(private readonly parts: ReportWriterParts) {}

  async run(): Promise<void> {
    const { devices, quality, clock, counters } = this.parts;
    const startedAt = clock.monotonic();
    const messages = await this.messagesBySource();
    const now = clock.now();
    const grades = new Map<string, number>();
    const ids = Array.from(devices.all(), ({ device }) => device.id);
    for (const chunkIds of chunksOf(ids, CHUNK)) {
      // As they are by now: one may have changed or gone while others were reported.
      const chunk = chunkIds.flatMap((id) => devices.find(id) ?? []);
      const reports = chunk.map((device) => this.report(device, messages.get(device.device.id), now));
      const news = reports.map((report, index) => this.isNews(chunk[index]!, report));
      await quality.put(reports.filter((_, index) => news[index]));
      for (const [index, report] of reports.entries()) {
        grades.set(report.grade, (grades.get(report.grade) ?? 0) + 1);
        const device = chunk[index]!;
        if (news[index]) device.kept = { score: report.score, grade: report.grade, at: now };
        await this.tell(device, report);
      }
      await new Promise((resolve) => setImmediate(resolve));
    }
    await devices.removeReports((gone) => quality.remove(gone));
    counters.grades = grades;
    counters.assessments++;
    counters.lastAssessmentSeconds = (clock.monotonic() - startedAt) / 1000;
  }

  private isNews(device: WatchedDevice, { score, grade, assessedAt: at }: DeviceQuality): boolean {
    const { kept } = device;
    // Up to half of the time earlier, so that those that were first written together do not stay together.
    const rewriteMs = REWRITE_MS * (1 - 0.5 * this.parts.random());
    return kept === null || kept.score !== score || kept.grade !== grade || at - kept.at >= rewriteMs;
  }

  private report(device: WatchedDevice, messages: SourceMessages | undefined, now: number): DeviceQuality {
    const { id, kind, department, district } = device.device;
    const { rejected, accepted } = messages ?? { rejected: 0, accepted: 0 };
    const facts = { rejected, messages: accepted + rejected };
    const assessment = assess(device.observer, facts, device.intervalMs, now);
    return { device: id, kind, department, district, assessedAt: now, ...assessment };
  }

  /** Nothing is said of a device that is new, or that was good when it was first assessed. */
  private async tell(device: WatchedDevice, report: DeviceQuality): Promise<void> {
    const before = device.told.grade;
    if (report.grade === before) return;
    const isNews =
      before === null ? report.grade !== 'new' && report.grade !== 'good' : before !== 'new' || report.grade !== 'good';
    if (!isNews) {
      device.told.grade = report.grade;
      return;
    }
    if (!this.parts.bus.connected) return;
    const { score, grade, assessedAt, report: detail } = report;
    const { window: _window, ...findings } = detail;
    const payload = {
      device: report.device,
      grade,
      before,
      score,
      at: new Date(assessedAt).toISOString(),
      ...findings,
    };
    const topic = deviceTopic({ ...device.device, device: device.device.id }, 'quality');
    try {
      await this.parts.bus.publishDurably(topic, JSON.stringify(payload));
      device.told.grade = report.grade;
      this.parts.counters.published++;
    } catch {
      // The connection went: the grade stays as it was, so the next assessment says it.
    }
  }

  /**
   * Of sources with refused messages; how many the others sent makes no difference. Refused is what waits as an open letter: of those that
   * were replayed, each is counted as what it has become.
   */
  private async messagesBySource(): Promise<Map<string, SourceMessages>> {
    const { store, clock } = this.parts;
    const hour = Math.floor(clock.now() / HOUR_MS);
    const fromHour = hour - WINDOW_HOURS;
    const outcomes = await store.outcomes({ groupBy: 'source', refusedOnly: true, fromHour, toHour: hour + 1 });
    if (outcomes.length === 0) return new Map();
    const letters = { departments: null, open: true, partial: false, from: fromHour * HOUR_MS };
    const groups = await store.deadLetterGroups({ ...letters, by: ['source'], limit: outcomes.length });
    const open = new Map(groups.map(({ key, letters: count }) => [key.source, count]));
    return new Map(
      outcomes.map(({ source, stored, duplicates }) => [
        source,
        { rejected: open.get(source) ?? 0, accepted: stored + duplicates },
      ]),
    );
  }
}

/** How the messages of a source in the window ended. */
interface SourceMessages {
  readonly rejected: number;
  readonly accepted: number;
}

function* chunksOf<T>(items: readonly T[], size: number): Iterable<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}
