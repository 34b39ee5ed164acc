// Who uses this phone. The token is the gateway's own; the session of WeChat never reaches us.
// Log-in through WeChat comes later: `begin` is where its token will arrive too.

const KEY = "session";

export interface Session {
  readonly token: string;
  readonly name: string;
}

/** Return who is logged in on this phone. */
export function session(): Session | undefined {
  return (wx.getStorageSync(KEY) as Session | "" | undefined) || undefined;
}

/** Remember who logged in. */
export function begin(session: Session): void {
  wx.setStorageSync(KEY, session);
}

/** Forget who was logged in, and ask again. */
export function leave(): void {
  wx.removeStorageSync(KEY);
  wx.reLaunch({ url: "/pages/login/index" });
}
