// The phone around the pages: title bar, stack of pages, tab bar.

import type { CodeSpace, types } from "glass-easel-miniprogram-adapter";
import { MiniProgramEnv } from "glass-easel-miniprogram-adapter";
import { Backend } from "./backend";

type AssociatedBackend = ReturnType<MiniProgramEnv["associateBackend"]>;
type Root = ReturnType<AssociatedBackend["createRoot"]>;

interface PageMethods {
  onLoad?(query: Record<string, string>): void;
  onShow?(): void;
  onReady?(): void;
  onHide?(): void;
}

interface Page {
  readonly path: string;
  readonly root: Root;
  readonly frame: HTMLElement;
  title: string;
}

export interface PageConfig extends types.ComponentStaticConfig {
  readonly navigationBarTitleText?: string;
}

export interface AppConfig {
  readonly pages: readonly string[];
  readonly window: { readonly navigationBarTitleText: string };
  readonly tabBar?: { readonly list: readonly { pagePath: string; text: string }[] };
}

const TOAST_MS = 2500;

/** The shell of one phone. */
export class Shell {
  private readonly backend: AssociatedBackend;
  private readonly stack: Page[] = [];
  private readonly heading = document.createElement("h1");
  private readonly backButton = button("host-back", "‹", () => this.back());
  private readonly frames = document.createElement("main");
  private readonly tabs = document.createElement("nav");

  constructor(
    env: MiniProgramEnv,
    private readonly space: CodeSpace,
    private readonly app: AppConfig,
    private readonly configs: Readonly<Record<string, PageConfig>>,
  ) {
    this.backend = env.associateBackend(new Backend());
    const bar = document.createElement("header");
    bar.className = "host-bar";
    this.backButton.setAttribute("aria-label", "返回");
    bar.append(this.backButton, this.heading);
    this.frames.className = "host-pages";
    this.tabs.className = "host-tabs";
    this.tabs.append(...(app.tabBar?.list ?? []).map((tab) => this.tabButton(tab)));
    document.body.append(bar, this.frames, this.tabs);
    document.addEventListener("visibilitychange", () => {
      if (document.visibilityState === "visible") this.call("onShow");
      else this.call("onHide");
    });
  }

  push(url: string): void {
    this.call("onHide");
    this.open(url);
  }

  swap(url: string): void {
    this.close();
    this.open(url);
  }

  back(): void {
    if (this.stack.length < 2) return;
    this.close();
    this.reveal();
    this.call("onShow");
  }

  relaunch(url: string): void {
    while (this.stack.length > 0) this.close();
    this.open(url);
  }

  title(text: string): void {
    const page = this.top();
    if (page) page.title = text;
    this.heading.textContent = text;
    document.title = text;
  }

  tab(index: number, text: string): void {
    const name = this.tabs.children[index]?.firstElementChild;
    if (name) name.textContent = text;
  }

  /** Show a number beside the name of a tab, or none. */
  badge(index: number, text: string): void {
    const badge = this.tabs.children[index]?.lastElementChild;
    if (badge) badge.textContent = text;
  }

  toast(text: string): void {
    const note = document.createElement("div");
    note.className = "host-toast";
    note.setAttribute("role", "status");
    note.textContent = text;
    document.body.append(note);
    setTimeout(() => note.remove(), TOAST_MS);
  }

  scroll(top: number): void {
    this.top()?.frame.scrollTo({ top });
  }

  private open(url: string): void {
    const [path = "", query = ""] = url.replace(/^\//, "").split("?");
    const frame = document.createElement("section");
    frame.className = "wx-page";
    frame.dataset.page = path;
    // A keyboard scrolls what it can be on.
    frame.tabIndex = 0;
    const place = document.createElement("div");
    frame.append(place);
    this.frames.append(frame);
    const root = this.backend.createRoot("div", this.space, path);
    const title = this.configs[path]?.navigationBarTitleText ?? this.app.window.navigationBarTitleText;
    this.stack.push({ path, root, frame, title });
    root.attach(frame as never, place as never);
    this.reveal();
    this.call("onLoad", Object.fromEntries(new URLSearchParams(query)));
    this.call("onShow");
    this.call("onReady");
  }

  private close(): void {
    const page = this.stack.pop();
    page?.root.release();
    page?.frame.remove();
  }

  private reveal(): void {
    const page = this.top();
    if (!page) return;
    for (const one of this.stack) one.frame.hidden = one !== page;
    this.backButton.hidden = this.stack.length < 2;
    this.title(page.title);
    const tabs = this.app.tabBar?.list ?? [];
    this.tabs.hidden = !tabs.some((tab) => tab.pagePath === page.path);
    tabs.forEach((tab, index) => {
      const isHere = tab.pagePath === page.path;
      this.tabs.children[index]?.setAttribute("aria-current", isHere ? "page" : "false");
    });
  }

  private tabButton(tab: { pagePath: string; text: string }): HTMLButtonElement {
    const made = button("", "", () => this.relaunch(tab.pagePath));
    const [name, badge] = [document.createElement("span"), document.createElement("b")];
    name.textContent = tab.text;
    badge.className = "host-badge";
    made.append(name, badge);
    return made;
  }

  private top(): Page | undefined {
    return this.stack[this.stack.length - 1];
  }

  private call(name: keyof PageMethods, query: Record<string, string> = {}): void {
    const methods = this.top()?.root.get() as PageMethods | undefined;
    methods?.[name]?.(query);
  }
}

function button(className: string, text: string, onClick: () => void): HTMLButtonElement {
  const made = document.createElement("button");
  made.type = "button";
  made.className = className;
  made.textContent = text;
  made.addEventListener("click", onClick);
  return made;
}
