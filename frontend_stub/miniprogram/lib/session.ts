// Who uses this phone. The token is the gateway's own; the session of WeChat never reaches us.
// Log-in through WeChat comes later: `begin` is where its token will arrive too.

const KEY = "session";
const WARD = "ward";

export interface Session {
  readonly token: string;
  readonly name: string;
}

/** A person for whom a guardian or proxy acts (G19). */
export interface Ward {
  readonly id: string;
  readonly name: string;
}

/** Return for whom the person of this phone acts now; undefined: for nobody else. */
export function ward(): Ward | undefined {
  return (wx.getStorageSync(WARD) as Ward | "" | undefined) || undefined;
}

/** Act for a ward from now on, or for oneself again. */
export function actFor(chosen: Ward | undefined): void {
  if (chosen) wx.setStorageSync(WARD, chosen);
  else wx.removeStorageSync(WARD);
}

/** Return who is logged in on this phone. */
export function session(): Session | undefined {
  return (wx.getStorageSync(KEY) as Session | "" | undefined) || undefined;
}

/** Remember who logged in. */
export function begin(session: Session): void {
  actFor(undefined);
  wx.setStorageSync(KEY, session);
}

/** Forget who was logged in, and ask again. */
export function leave(): void {
  actFor(undefined);
  wx.removeStorageSync(KEY);
  wx.reLaunch({ url: "/pages/login/index" });
}
