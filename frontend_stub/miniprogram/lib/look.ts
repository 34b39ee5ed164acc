// How the pages look and in which words they speak: the elder version, the language, the font size
// of the phone. Every page takes it over when it is shown.

import bo from "../i18n/bo.json";
import chinese from "../i18n/zh-CN.json";
import { ward } from "./session";

export type Words = typeof chinese;
export type Language = "zh" | "bo";

/** The font sizes that pages are drawn at, in px: what WeChat's own slider offers, rounded up. */
const SIZES = [17, 20, 24, 28];

/** What somebody chose on this phone. */
export interface Choice {
  readonly language: Language;
  readonly isElder: boolean;
}

const KEY = "look";
const WORDS: Record<Language, Words> = { zh: chinese, bo: { ...chinese, ...bo } };

/** Return what was chosen on this phone. */
export function choice(): Choice {
  const kept = wx.getStorageSync(KEY) as Partial<Choice> | "" | undefined;
  return { language: "zh", isElder: false, ...(kept || {}) };
}

/** Change what was chosen. */
export function choose(change: Partial<Choice>): void {
  wx.setStorageSync(KEY, { ...choice(), ...change });
}

/** Return the words in the language that was chosen. */
export function words(): Words {
  return WORDS[choice().language];
}

/** Return the words that the gateway understands, whatever language was chosen. */
export function chineseWords(): Words {
  return WORDS.zh;
}

/** Return what every page shows itself with: its words, and the classes of its root. */
export function look(): { t: Words; look: string; isElder: boolean } {
  const { language, isElder } = choice();
  const wanted = wx.getAppBaseInfo().fontSizeSetting ?? 17;
  const size = SIZES.find((one) => one >= wanted) ?? SIZES[SIZES.length - 1];
  const classes = ["screen", `size-${size}`, `in-${language}`, ...(isElder ? ["elder"] : [])];
  return { t: words(), look: classes.join(" "), isElder };
}

/** Return the same for a page that is shown now; its title says for whom somebody acts. */
export function lookOf(title: keyof Words): ReturnType<typeof look> {
  const t = words();
  const chosen = ward();
  const whose = chosen ? fill(t.titleFor, { title: t[title], name: chosen.name }) : t[title];
  wx.setNavigationBarTitle({ title: whose });
  return look();
}

/** Name the tabs in the language that was chosen; only a page that has a tab may. */
export function nameTabs(): void {
  const t = words();
  const names = [t.tabFamily, t.tabChat, t.tabSettings];
  names.forEach((text, index) => void wx.setTabBarItem({ index, text }));
}

/** Put values into a sentence: fill("还剩{days}天", { days: 3 }). */
export function fill(sentence: string, values: Record<string, string | number>): string {
  return sentence.replace(/\{(\w+)\}/g, (_, name: string) => String(values[name] ?? ""));
}
