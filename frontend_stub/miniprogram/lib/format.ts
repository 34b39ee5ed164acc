// How amounts and times are written. Whole fen and Shanghai time; no Intl, which WeChat lacks.

const SHANGHAI_MS = 8 * 60 * 60 * 1000;

/** Write whole fen as yuan: 325068 is ¥3,250.68. */
export function yuan(fen: number): string {
  const cents = Math.abs(fen);
  const whole = String(Math.floor(cents / 100)).replace(/\B(?=(\d{3})+$)/g, ",");
  return `${fen < 0 ? "-" : ""}¥${whole}.${String(cents % 100).padStart(2, "0")}`;
}

/** Read yuan as a person types it, "1,234.5", into whole fen; undefined where it is no amount. */
export function fenOf(typed: string): number | undefined {
  const found = /^(\d{1,9})(?:\.(\d{1,2}))?$/.exec(typed.trim().replace(/[,，¥￥]/g, ""));
  if (!found) return undefined;
  return Number(found[1]) * 100 + Number((found[2] ?? "").padEnd(2, "0"));
}

/** Write a moment (RFC 3339) as "2026-11-25 18:03" in Shanghai. */
export function moment(at: string): string {
  return new Date(Date.parse(at) + SHANGHAI_MS).toISOString().slice(0, 16).replace("T", " ");
}
