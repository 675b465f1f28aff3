import type { RegisterEntry, RegisterItem, Titles } from '#kinds';
import type { Language } from './languages.js';

/** The register as a page that needs no script: it prints, works by keyboard and reads well aloud. */

const WORDS = {
  title: { en: 'Privacy register', 'zh-Hant': '私隱登記冊', 'zh-Hans': '隐私登记册' },
  intro: {
    en: 'What the sensors of the city collect about people, why, and for how long. It is generated from the declarations that the platform itself follows.',
    'zh-Hant': '城市感測器收集哪些與人有關的資料、原因及保存期限。本冊由平台所遵從的聲明自動產生。',
    'zh-Hans': '城市传感器收集哪些与人有关的数据、原因及保存期限。本册由平台所遵从的声明自动生成。',
  },
  language: { en: 'Language', 'zh-Hant': '語言', 'zh-Hans': '语言' },
  contents: { en: 'Kinds of devices', 'zh-Hant': '裝置種類', 'zh-Hans': '设备种类' },
  identifying: {
    en: 'Could identify people',
    'zh-Hant': '可能識別個人身分',
    'zh-Hans': '可能识别个人身份',
  },
  concerning: { en: 'Concern people', 'zh-Hant': '與人有關', 'zh-Hans': '与人有关' },
  harmless: {
    en: 'Collect nothing about people',
    'zh-Hant': '不收集與人有關的資料',
    'zh-Hans': '不收集与人有关的数据',
  },
  department: { en: 'Department', 'zh-Hant': '部門', 'zh-Hans': '部门' },
  consent: { en: 'Consent', 'zh-Hant': '同意', 'zh-Hans': '同意' },
  recognised: { en: 'Recognised by', 'zh-Hant': '辨認方式', 'zh-Hans': '识别方式' },
  needed: { en: 'Approval needed', 'zh-Hant': '所需批准', 'zh-Hans': '所需批准' },
  approval: { en: 'Approval on record', 'zh-Hant': '批准記錄', 'zh-Hans': '批准记录' },
  none: { en: 'none', 'zh-Hant': '沒有', 'zh-Hans': '没有' },
  what: { en: 'What', 'zh-Hant': '資料', 'zh-Hans': '数据' },
  about: { en: 'About whom', 'zh-Hant': '涉及', 'zh-Hans': '涉及' },
  why: { en: 'Why', 'zh-Hant': '原因', 'zh-Hans': '原因' },
  kept: { en: 'Kept for', 'zh-Hant': '保存期', 'zh-Hans': '保存期' },
  data: { en: 'The register as data:', 'zh-Hant': '以數據格式下載：', 'zh-Hans': '以数据格式下载：' },
} as const satisfies Record<string, Titles>;

const NAMES: Readonly<Record<Language, string>> = { en: 'English', 'zh-Hant': '繁體中文', 'zh-Hans': '简体中文' };
const HTML_LANG: Readonly<Record<Language, string>> = { en: 'en', 'zh-Hant': 'zh-Hant-HK', 'zh-Hans': 'zh-Hans' };

export function privacyPage(entries: readonly RegisterEntry[], language: Language): string {
  const say = (titles: Titles): string => escaped(titles[language]);
  const identifying = entries.filter(({ identifiesPeople }) => identifiesPeople !== null);
  const rest = entries.filter(({ identifiesPeople }) => identifiesPeople === null);
  const concerning = rest.filter(({ collects }) => collects.length > 0);
  const harmless = rest.filter(({ collects }) => collects.length === 0);
  const link = ({ kind, titles }: RegisterEntry): string => `<li><a href="#${kind}">${say(titles)}</a></li>`;
  return `<!doctype html>
<html lang="${HTML_LANG[language]}">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${say(WORDS.title)} · Lamplighter</title>
<link rel="stylesheet" href="/privacy-register.css">
</head>
<body>
<header>
<h1>${say(WORDS.title)}</h1>
<p>${say(WORDS.intro)}</p>
<nav aria-label="${say(WORDS.language)}"><ul class="row">${languageLinks(language)}</ul></nav>
</header>
<main>
<nav aria-labelledby="contents"><h2 id="contents">${say(WORDS.contents)}</h2><ul class="columns">${[...identifying, ...concerning].map(link).join('')}</ul></nav>
<h2>${say(WORDS.identifying)}</h2>
${identifying.map((entry) => section(entry, language)).join('\n')}
<h2>${say(WORDS.concerning)}</h2>
${concerning.map((entry) => section(entry, language)).join('\n')}
<h2>${say(WORDS.harmless)}</h2>
<ul class="columns">${harmless.map(({ titles }) => `<li>${say(titles)}</li>`).join('')}</ul>
</main>
<footer><p>${say(WORDS.data)} <a href="/v1/privacy-register">JSON</a>, <a href="/v1/privacy-register?format=csv">CSV</a></p></footer>
</body>
</html>
`;
}

function languageLinks(current: Language): string {
  return Object.entries(NAMES)
    .map(([language, name]) => {
      const here = language === current ? ' aria-current="page"' : '';
      return `<li><a href="?lang=${language}" lang="${HTML_LANG[language as Language]}" hreflang="${language}"${here}>${name}</a></li>`;
    })
    .join('');
}

function section(entry: RegisterEntry, language: Language): string {
  const say = (titles: Titles): string => escaped(titles[language]);
  const fact = (what: Titles, text: string): string => `<dt>${say(what)}</dt><dd>${text}</dd>`;
  const { kind, titles, description, summary, department, consent, identifiesPeople, collects } = entry;
  const identification =
    identifiesPeople === null
      ? ''
      : fact(WORDS.recognised, say(identifiesPeople.what)) +
        fact(WORDS.needed, say(identifiesPeople.approvalRequired)) +
        fact(WORDS.approval, escaped(identifiesPeople.approvalReference ?? WORDS.none[language]));
  return `<section id="${kind}" aria-labelledby="${kind}-title">
<h3 id="${kind}-title">${say(titles)}</h3>
<p>${say(description)}</p>
<p><strong>${say(summary)}</strong></p>
<dl>${fact(WORDS.department, say(department.titles))}${consent === null ? '' : fact(WORDS.consent, say(consent))}${identification}</dl>
<table>
<thead><tr>${[WORDS.what, WORDS.about, WORDS.why, WORDS.kept].map((head) => `<th scope="col">${say(head)}</th>`).join('')}</tr></thead>
<tbody>${collects.map((item) => row(item, say)).join('')}</tbody>
</table>
</section>`;
}

function row({ what, privacyTitles, why, keptFor }: RegisterItem, say: (titles: Titles) => string): string {
  return `<tr><th scope="row">${say(what)}</th><td>${say(privacyTitles)}</td><td>${say(why)}</td><td>${say(keptFor)}</td></tr>`;
}

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** The colours are those of the console (apps/console/src/styles/tokens.css); a served file, since the policy allows no inline style. */
export const PRIVACY_STYLES = `:root {
  color-scheme: light dark;
  --page: #eceff1; --surface: #ffffff; --border: #d3dade; --text: #1c262d; --muted: #52616b; --accent: #22536f; --focus: #0b6bb5;
}
@media (prefers-color-scheme: dark) {
  :root { --page: #14191d; --surface: #1d242a; --border: #37434b; --text: #e3e9ed; --muted: #9fb0bb; --accent: #8fc3e3; --focus: #6db8ef; }
}
* { box-sizing: border-box; }
body { margin: 0 auto; max-width: 64rem; padding: 1rem; background: var(--page); color: var(--text); font: 1rem/1.5 system-ui, sans-serif; }
a { color: var(--accent); }
a:focus-visible { outline: 3px solid var(--focus); outline-offset: 2px; }
a[aria-current] { color: var(--text); font-weight: 600; text-decoration: none; }
ul.row { display: flex; flex-wrap: wrap; gap: 1rem; list-style: none; padding: 0; }
ul.columns { columns: 16rem; }
section { background: var(--surface); border: 1px solid var(--border); border-radius: 6px; margin: 1rem 0; padding: 0 1rem 1rem; overflow-x: auto; }
dl { display: grid; grid-template-columns: max-content 1fr; gap: 0.25rem 1rem; }
dt { color: var(--muted); }
dd { margin: 0; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--border); padding: 0.4rem 0.75rem 0.4rem 0; text-align: left; vertical-align: top; }
thead th { border-top: 0; color: var(--muted); font-weight: 400; }
@media print {
  :root { color-scheme: light; --page: #ffffff; --surface: #ffffff; --text: #000000; --muted: #333333; --accent: #000000; --border: #999999; }
  nav { display: none; }
  section { break-inside: avoid; }
}
`;
