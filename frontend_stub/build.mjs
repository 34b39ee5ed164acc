// Builds the front end: dist/weapp for WeChat's own tool, dist/h5 for any browser, dist/till for the
// till page, dist/stage for the page that shows two phones and a till.
//
//   node build.mjs               everything
//   node build.mjs --types-only  only generated/, which the type check reads
//
// GONGJI_GATEWAY=https://... is where the mini-program finds its gateway (weapp only: a browser
// asks the gateway that serves it).
import { createHash } from "node:crypto";
import { mkdir, readFile, readdir, rename, rm, writeFile } from "node:fs/promises";
import { dirname, join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import * as esbuild from "esbuild";
import { compressBelow } from "./build/compress.mjs";
import { generateOperations } from "./build/operations.mjs";
import { compileTemplates } from "./build/templates.mjs";
import { pageStyles } from "./build/styles.mjs";

const here = dirname(fileURLToPath(import.meta.url));
const source = join(here, "miniprogram");
const dist = join(here, "dist");
const made = join(here, "generated");
const target = "es2020";
/** How a browser gets its script: whole. */
const inBrowser = { bundle: true, format: "iife", minify: true, charset: "utf8", target, write: false };

async function filesBelow(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const files = entries.filter((entry) => entry.isFile());
  return files.map((entry) => relative(folder, join(entry.parentPath ?? entry.path, entry.name)));
}

const read = (file) => readFile(join(source, file), "utf8");
const without = (file, ending) => file.slice(0, -ending.length);

/** Build what WeChat's own tool opens: each module on its own, as the mini-program loads it. */
async function buildWeapp(files) {
  const out = join(dist, "weapp.new");
  await rm(out, { recursive: true, force: true });
  await esbuild.build({
    entryPoints: files.filter((file) => file.endsWith(".ts")).map((file) => join(source, file)),
    outdir: out,
    outbase: source,
    format: "cjs",
    target,
    bundle: true,
    plugins: [ownModules],
    define: gateway(process.env.GONGJI_GATEWAY ?? "http://127.0.0.1:8000"),
  });
  await esbuild.build({
    entryPoints: [join(made, "operations.ts")],
    outfile: join(out, "generated/operations.js"),
    format: "cjs",
    target,
  });
  for (const file of files.filter((name) => !name.endsWith(".ts"))) {
    const to = file.startsWith("i18n/") ? `${file}.js` : file;
    const text = await read(file);
    await mkdir(dirname(join(out, to)), { recursive: true });
    await writeFile(join(out, to), to === file ? text : `module.exports = ${text}`);
  }
  await reachGenerated(out);
  await replace(out, join(dist, "weapp"));
}

/** Our modules stay apart; what npm brings goes into the module that uses it. */
const ownModules = {
  name: "own-modules",
  setup(build) {
    build.onResolve({ filter: /^\.{1,2}\// }, ({ path, importer }) =>
      importer.startsWith(source) ? { path, external: true } : undefined,
    );
  },
};

/** The generated documents lie beside the source; in the package they lie inside it. */
async function reachGenerated(out) {
  for (const file of (await filesBelow(out)).filter((name) => name.endsWith(".js"))) {
    const text = await readFile(join(out, file), "utf8");
    const up = relative(dirname(join(out, file)), join(out, "generated/operations"));
    const from = up.startsWith(".") ? up : `./${up}`;
    await writeFile(join(out, file), text.replace(/"[./]+\/generated\/operations"/g, `"${from}"`));
  }
}

/** Build the browser's twin: one script, one style sheet, one page; names carry their hash. */
async function buildH5(files) {
  const bundle = await esbuild.build({
    ...inBrowser,
    stdin: {
      contents: await entryOf(files),
      resolveDir: source,
      sourcefile: "entry.ts",
      loader: "ts",
    },
    define: gateway(".."),
  });
  await writePage("h5", "host", bundle.outputFiles[0].contents, await stylesOf(files));
}

/** Build a page of plain TypeScript, from where the gateway is at `url`. */
async function buildPage(name, url) {
  const entryPoints = [join(here, name, "main.ts")];
  const bundle = await esbuild.build({ ...inBrowser, entryPoints, define: gateway(url) });
  const css = await readFile(join(here, name, `${name}.css`), "utf8");
  await writePage(name, name, bundle.outputFiles[0].contents, css);
}

/** Write one script, one style sheet, one page, whose names carry their hash. */
async function writePage(to, from, script, css) {
  const out = join(dist, `${to}.new`);
  await rm(out, { recursive: true, force: true });
  const styles = await esbuild.transform(css, { loader: "css", minify: true, charset: "utf8", target });
  await mkdir(join(out, "assets"), { recursive: true });
  const names = {
    SCRIPT: await hashed(out, "app", "js", script),
    STYLES: await hashed(out, "app", "css", styles.code),
    ICON: await hashed(out, "icon", "svg", await readFile(join(here, "host/icon.svg"))),
  };
  const page = await readFile(join(here, from, "index.html"), "utf8");
  await writeFile(join(out, "index.html"), page.replace(/%(\w+)%/g, (_, name) => names[name]));
  await compressBelow(out);
  await replace(out, join(dist, to));
}

async function entryOf(files) {
  const app = JSON.parse(await read("app.json"));
  const scripts = files.filter((file) => /^(pages|components)\/.*\.ts$/.test(file));
  const configs = {};
  const modules = [];
  for (const file of scripts) {
    const path = without(file, ".ts");
    configs[path] = JSON.parse(await read(`${path}.json`));
    modules.push(`${JSON.stringify(path)}: () => require("./${path}")`);
  }
  return `import { start } from "../host/main";
start({
  launch: () => require("./app"),
  app: ${JSON.stringify(app)},
  configs: ${JSON.stringify(configs)},
  templates: ${await compileTemplates(source, files)},
  modules: {${modules.join(",")}},
});`;
}

async function stylesOf(files) {
  const host = await readFile(join(here, "host/host.css"), "utf8");
  const sheets = files.filter((file) => file.endsWith(".wxss")).sort();
  const parts = sheets.map(async (file) => pageStyles(without(file, ".wxss"), await read(file)));
  return [host, ...(await Promise.all(parts))].join("\n");
}

async function hashed(out, name, ending, contents) {
  const hash = createHash("sha256").update(contents).digest("hex").slice(0, 16);
  const file = `assets/${name}-${hash}.${ending}`;
  await writeFile(join(out, file), contents);
  return file;
}

function gateway(url) {
  return { __GATEWAY__: JSON.stringify(url) };
}

/** Put a whole folder in the place of an older one: whoever serves it never meets half a build. */
async function replace(fresh, old) {
  const gone = `${old}.old`;
  await rm(gone, { recursive: true, force: true });
  await rename(old, gone).catch((reason) => {
    if (reason.code !== "ENOENT") throw reason;
  });
  await rename(fresh, old);
  await rm(gone, { recursive: true, force: true });
}

await generateOperations(join(here, "../schema"), made);
if (!process.argv.includes("--types-only")) {
  const files = (await filesBelow(source)).map((file) => file.replaceAll("\\", "/"));
  await Promise.all([buildWeapp(files), buildH5(files), buildPage("till", ".."), buildPage("stage", ".")]);
}
