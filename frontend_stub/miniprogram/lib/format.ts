// How amounts and times are written. Whole fen and Shanghai time; no Intl, which WeChat lacks.

const SHANGHAI_MS = 8 * 60 * 60 * 1000;

/** Write whole fen as yuan: 325068 is ¥3,250.68. */
export function yuan(fen: number): string {
  const cents = Math.abs(fen);
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}¥${whole}.${String(cents % 100).padStart(2, "0")}`;
}

/** Write whole fen as a person would type them into a field: 20050 is 200.50. */
export function plainYuan(fen: number): string {
  return fen % 100 === 0 ? String(fen / 100) : yuan(fen).replace(/[¥,]/g, "");
}

/** Read yuan as a person types it, "1,234.5", into whole fen; undefined where it is no amount. */
export function fenOf(typed: string): number | undefined {
  const found = /^[¥￥]?(\d{1,9}|\d{1,3}(?:[,，]\d{3}){1,2})(?:\.(\d{1,2}))?$/.exec(typed.trim());
  if (!found) return undefined;
  const whole = Number((found[1] ?? "").replace(/[,，]/g, ""));
  return whole * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

/** Write a moment (RFC 3339) as "2026-11-25 18:03" in Shanghai. */
export function moment(at: string): string {
  return new Date(Date.parse(at) + SHANGHAI_MS).toISOString().slice(0, 16).replace("T", " ");
}

/** Return the month of a moment in Shanghai and the two before it, as "2026-11". */
export function months(atMs: number): [string, string, string] {
  const [year, month] = new Date(atMs + SHANGHAI_MS).toISOString().split("-").map(Number);
  const ago = (count: number) =>
    new Date(Date.UTC(year ?? 0, (month ?? 1) - 1 - count, 1)).toISOString().slice(0, 7);
  return [ago(0), ago(1), ago(2)];
}

/** Return the first and the last day of a month such as "2026-11". */
export function monthDays(month: string): { fromDay: string; toDay: string } {
  const [year, number] = month.split("-").map(Number);
  const last = new Date(Date.UTC(year ?? 0, number ?? 1, 0)).toISOString().slice(0, 10);
  return { fromDay: `${month}-01`, toDay: last };
}

/** Write a moment as a clock shows it in Shanghai: "18:03". */
export function clock(at: string): string {
  return moment(at).slice(11);
}

/** Write when something was said: "18:03" today, "11-25 18:03" this year, else in full. */
export function whenSaid(at: string, nowMs: number): string {
  const [now, then] = [moment(new Date(nowMs).toISOString()), moment(at)];
  if (then.slice(0, 10) === now.slice(0, 10)) return then.slice(11);
  return then.slice(0, 4) === now.slice(0, 4) ? then.slice(5) : then;
}

/** Count the days from today in Shanghai to a day such as "2026-12-25"; below zero, it is over. */
export function daysUntil(day: string, nowMs: number): number {
  const today = moment(new Date(nowMs).toISOString()).slice(0, 10);
  return Math.round((Date.parse(day) - Date.parse(today)) / (24 * 60 * 60 * 1000));
}
