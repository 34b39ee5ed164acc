// WeChat's own simulator over dist/weapp, in a window of jsdom, with a gateway that tests answer for.
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const require = createRequire(import.meta.url);

/** A copy of the package in a place of its own: where it is built, Node takes it for ES modules. */
export const WEAPP = mkdtempSync(join(tmpdir(), "gongji-weapp-"));
cpSync(join(dirname(fileURLToPath(import.meta.url)), "../dist/weapp"), WEAPP, { recursive: true });
process.on("exit", () => rmSync(WEAPP, { recursive: true }));

const { JSDOM } = require("jsdom");
const { window } = new JSDOM("<!doctype html><body></body>");
Object.assign(globalThis, { window });
for (const name of ["document", "Node", "Element", "HTMLElement", "Event", "CustomEvent"]) {
  globalThis[name] = window[name];
}
// It looks at the window when it is loaded.
const simulate = require("miniprogram-simulate");

/** What this phone can do without doing it. */
const SILENT = [
  ...["setTabBarItem", "setTabBarBadge", "removeTabBarBadge", "showToast", "pageScrollTo"],
  ...["navigateBack", "onAppHide", "onAppShow", "onNetworkStatusChange"],
];
const GOING = ["navigateTo", "redirectTo", "switchTab", "reLaunch"];
const SOCKET = ["onOpen", "onMessage", "onError", "onClose", "send", "close"];
const silent = (names) => Object.fromEntries(names.map((name) => [name, () => {}]));

/** What a phone keeps and does; `answer` is asked for each request, a socket never opens. */
export class Phone {
  constructor(answer = () => ({})) {
    this.kept = new Map();
    this.went = [];
    this.asked = [];
    const go = ({ url }) => void this.went.push(url);
    globalThis.wx = {
      getStorageSync: (key) => this.kept.get(key) ?? "",
      setStorageSync: (key, value) => void this.kept.set(key, value),
      removeStorageSync: (key) => void this.kept.delete(key),
      getAppBaseInfo: () => ({ fontSizeSetting: 17 }),
      setNavigationBarTitle: ({ title }) => void (this.title = title),
      ...silent(SILENT),
      ...Object.fromEntries(GOING.map((name) => [name, go])),
      connectSocket: () => silent(SOCKET),
      request: (options) => {
        this.asked.push(options);
        queueMicrotask(() => options.success({ statusCode: 200, data: answer(options) }));
      },
    };
  }

  /** Be somebody who is logged in. */
  logIn() {
    this.kept.set("session", { token: "t", name: "次*" });
    return this;
  }

  /** Open a page or a component in WeChat's own runtime, as the program would. */
  open(path, properties = {}) {
    const id = simulate.load(join(WEAPP, path), path.replaceAll("/", "-"), { rootPath: WEAPP });
    const shown = simulate.render(id, properties);
    shown.attach(document.body.appendChild(document.createElement("div")));
    return shown;
  }
}

/** Let everything happen that is due. */
export const settled = () => simulate.sleep(20);

/** Return the text of what is shown, without its gaps. */
export const textOf = (shown) => shown.dom.textContent.replace(/\s+/g, " ").trim();
