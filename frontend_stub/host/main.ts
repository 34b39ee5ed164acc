// Starts the mini-program in a browser: what WeChat does when it opens one.

import type { template } from "glass-easel";
import { type CodeSpace, MiniProgramEnv } from "glass-easel-miniprogram-adapter";
import { type AppConfig, type PageConfig, Shell } from "./shell";
import { makeWx } from "./wx";

type Templates = Record<string, template.ComponentTemplate["content"]>;

interface Program {
  readonly launch: () => void;
  readonly app: AppConfig;
  readonly configs: Readonly<Record<string, PageConfig>>;
  readonly templates: Templates;
  readonly modules: Readonly<Record<string, () => void>>;
}

/** Start the program that the build put together, at its first page. */
export function start(program: Program): void {
  const env = new MiniProgramEnv();
  const space = env.createCodeSpace("gongji", true);
  space.getComponentSpace().updateComponentOptions({ writeIdToDOM: true });
  const shell = new Shell(env, space, program.app, program.configs);
  Object.assign(globalThis, { wx: makeWx(shell), App: () => undefined });
  program.launch();
  register(space, program);
  shell.relaunch(program.app.pages[0] ?? "");
}

/** Components first: a page finds what it uses. */
function register(space: CodeSpace, program: Program): void {
  for (const [path, config] of Object.entries(program.configs)) {
    space.addComponentStaticConfig(path, config);
    space.addStyleSheet(path, undefined, path.replaceAll("/", "-"));
    const content = program.templates[path];
    if (content) space.addCompiledTemplate(path, { groupList: program.templates, content } as never);
  }
  for (const path of Object.keys(program.modules).sort()) {
    space.globalComponentEnv(globalThis, path, () => program.modules[path]?.());
  }
}
