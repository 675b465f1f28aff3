import { THINGS_STACK_EVENTS, thingsStackEventTopic } from '#core';
import { mayPublish, type Principal, topicMatches } from '#identity';
import type { Benchmark, Result } from '../report/result.js';
import { median } from '../report/result.js';

const DEVICES = 150_000;
const RUNS = 5;
const APPLICATIONS = ['street@city', 'water@city', 'waste@city', 'air@city'];
const gateway: Principal = {
  type: 'gateway',
  id: 'network',
  clientId: 'network',
  network: 'the-things-stack',
  applications: APPLICATIONS,
};

/** What the broker asks of each message of a network server: every one has a topic of its own, and the scopes have wildcards. */
export const topics: Benchmark = {
  name: 'topics',
  title: 'Permission to publish on the topics of a network server',
  async run({ quick }) {
    const asked = topicsOf(quick ? 15_000 : DEVICES);
    const scopes = APPLICATIONS.flatMap((application) =>
      THINGS_STACK_EVENTS.map((event) => `v3/${application}/devices/+/${event}`),
    );
    const plainly = (topic: string): boolean => scopes.some((scope) => topicMatches(scope, topic));
    return [
      await figure('mayPublish of the broker', asked, (topic) => mayPublish(gateway, topic).allowed),
      await figure('one scope after the other, for comparison', asked, plainly),
    ];
  },
};

function topicsOf(devices: number): string[] {
  return Array.from({ length: devices }, (_, n) => {
    const application = APPLICATIONS[n % APPLICATIONS.length]!.slice(0, -'@city'.length);
    return thingsStackEventTopic({ application, tenant: 'city', deviceId: `node-${n}` }, 'up');
  });
}

/** In processor time, which other work on the machine changes less. */
async function figure(measure: string, asked: readonly string[], allows: (topic: string) => boolean): Promise<Result> {
  const runs: number[] = [];
  for (let run = 0; run <= RUNS; run++) {
    const before = process.cpuUsage();
    for (const topic of asked) if (!allows(topic)) throw new Error(`${topic} is refused`);
    const { user, system } = process.cpuUsage(before);
    if (run > 0) runs.push((user + system) / asked.length);
    await new Promise((next) => setImmediate(next));
  }
  return { benchmark: 'topics', measure, value: median(runs), unit: 'us/msg', runs };
}
