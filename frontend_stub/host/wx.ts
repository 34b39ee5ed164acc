// The part of `wx` that the mini-program uses, as a browser can do it.

import type { Shell } from "./shell";
import { placeOf } from "./storage";

interface RequestOptions {
  url: string;
  method?: string;
  data?: object;
  header?: Record<string, string>;
  timeout?: number;
  success?(result: { statusCode: number; data: unknown }): void;
  fail?(reason: { errMsg: string }): void;
}

interface DownloadOptions {
  url: string;
  timeout?: number;
  success?(result: { statusCode: number; tempFilePath: string }): void;
  fail?(reason: { errMsg: string }): void;
}

/** Several phones in one window keep apart what they store: ?phone=1, ?phone=2. */
const phone = new URLSearchParams(location.search).get("phone") ?? "";
const fontSize = Number(new URLSearchParams(location.search).get("font")) || 17;

export function makeWx(shell: Shell) {
  return {
    request(options: RequestOptions): void {
      void request(options);
    },
    downloadFile(options: DownloadOptions): void {
      void download(options);
    },
    /** Where WeChat hands a file to a chat, a browser keeps it. */
    shareFileMessage({ filePath, fileName }: { filePath: string; fileName: string }): void {
      const link = document.createElement("a");
      link.href = filePath;
      link.download = fileName;
      link.click();
    },
    getStorageSync(key: string): unknown {
      const kept = sessionStorage.getItem(placeOf(phone, key));
      return kept === null ? "" : (JSON.parse(kept) as unknown);
    },
    setStorageSync(key: string, value: unknown): void {
      sessionStorage.setItem(placeOf(phone, key), JSON.stringify(value));
    },
    removeStorageSync(key: string): void {
      sessionStorage.removeItem(placeOf(phone, key));
    },
    getAppBaseInfo: () => ({ fontSizeSetting: fontSize }),
    navigateTo: ({ url }: { url: string }) => shell.push(url),
    redirectTo: ({ url }: { url: string }) => shell.swap(url),
    navigateBack: () => shell.back(),
    switchTab: ({ url }: { url: string }) => shell.relaunch(url),
    reLaunch: ({ url }: { url: string }) => shell.relaunch(url),
    setNavigationBarTitle: ({ title }: { title: string }) => shell.title(title),
    setTabBarItem: ({ index, text }: { index: number; text: string }) => shell.tab(index, text),
    showToast: ({ title }: { title: string }) => shell.toast(title),
    setTabBarBadge: ({ index, text }: { index: number; text: string }) => shell.badge(index, text),
    removeTabBarBadge: ({ index }: { index: number }) => shell.badge(index, ""),
    connectSocket: ({ url, protocols }: { url: string; protocols: string[] }) =>
      new SocketTask(url, protocols),
    onAppShow: (act: () => void) => whenVisible(true, act),
    onAppHide: (act: () => void) => whenVisible(false, act),
    onNetworkStatusChange(act: (status: { isConnected: boolean }) => void): void {
      window.addEventListener("online", () => act({ isConnected: true }));
      window.addEventListener("offline", () => act({ isConnected: false }));
    },
    pageScrollTo: ({ scrollTop }: { scrollTop: number }) => shell.scroll(scrollTop),
  };
}

function whenVisible(isVisible: boolean, act: () => void): void {
  document.addEventListener("visibilitychange", () => {
    if ((document.visibilityState === "visible") === isVisible) act();
  });
}

/** A socket as WeChat has them. */
class SocketTask {
  private readonly socket: WebSocket;

  constructor(url: string, protocols: string[]) {
    const whole = new URL(url, location.href);
    whole.protocol = whole.protocol.replace("http", "ws");
    this.socket = new WebSocket(whole, protocols);
  }

  onOpen(act: () => void): void {
    this.socket.onopen = act;
  }

  onMessage(act: (message: { data: string }) => void): void {
    this.socket.onmessage = ({ data }) => act({ data: data as string });
  }

  onClose(act: (closed: { code: number; reason: string }) => void): void {
    this.socket.onclose = ({ code, reason }) => act({ code, reason });
  }

  onError(act: (failed: { errMsg: string }) => void): void {
    this.socket.onerror = () => act({ errMsg: "connectSocket:fail" });
  }

  send({ data }: { data: string }): void {
    this.socket.send(data);
  }

  close({ code, reason }: { code?: number; reason?: string }): void {
    this.socket.close(code, reason);
  }
}

async function request(options: RequestOptions): Promise<void> {
  let result: { statusCode: number; data: unknown };
  try {
    const answer = await fetch(options.url, {
      method: options.method ?? "GET",
      headers: options.header,
      body: options.data && JSON.stringify(options.data),
      signal: AbortSignal.timeout(options.timeout ?? 60_000),
      credentials: "omit",
      cache: "no-store",
    });
    const text = await answer.text();
    result = { statusCode: answer.status, data: jsonOr(text) };
  } catch (reason) {
    options.fail?.({ errMsg: `request:fail ${String(reason)}` });
    return;
  }
  options.success?.(result);
}

async function download(options: DownloadOptions): Promise<void> {
  let result: { statusCode: number; tempFilePath: string };
  try {
    const signal = AbortSignal.timeout(options.timeout ?? 60_000);
    const answer = await fetch(options.url, { signal, credentials: "omit", cache: "no-store" });
    const file = await answer.blob();
    result = { statusCode: answer.status, tempFilePath: URL.createObjectURL(file) };
  } catch (reason) {
    options.fail?.({ errMsg: `downloadFile:fail ${String(reason)}` });
    return;
  }
  options.success?.(result);
}

function jsonOr(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}
