// WXML for the browser: WeChat's elements become HTML's, then glass-easel's compiler takes over.
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { TmplGroup } from "glass-easel-template-compiler";

const ELEMENTS = { view: "div", text: "span", "scroll-view": "div", image: "img" };
const ATTRIBUTES = { "aria-role": "role", "confirm-type": "enterkeyhint" };
/** What WeChat knows and a browser does not. */
const DROPPED = /\s(?:hover-class|scroll-[xy]|open-type|adjust-position|confirm-hold|enable-flex)(?:="[^"]*")?/g;
/** WeChat's keyboards as HTML names them. */
const KEYBOARDS = { digit: "decimal", number: "numeric", idcard: "text" };

/** Return the compiled templates of all WXML files as one JavaScript expression. */
export async function compileTemplates(source, files) {
  const group = new TmplGroup();
  for (const file of files.filter((name) => name.endsWith(".wxml"))) {
    const path = file.slice(0, -".wxml".length);
    const faults = group.addTmpl(path, asHtml(await readFile(join(source, file), "utf8")));
    if (faults.length > 0) throw new Error(`${file}: ${faults.map(String).join("; ")}`);
  }
  const compiled = group.getTmplGenObjectGroups();
  group.free();
  return compiled;
}

/** Turn WeChat's elements and attributes into those of HTML. */
export function asHtml(wxml) {
  return wxml
    .replace(DROPPED, "")
    .replace(/(<\/?)(view|text|scroll-view|image)(?=[\s>/])/g, (_, open, name) => open + ELEMENTS[name])
    .replace(/\s(bind|catch)(tap|input|change|confirm|focus|blur)=/g, " $1:$2=")
    .replace(/\s(aria-role|confirm-type)=/g, (_, name) => ` ${ATTRIBUTES[name]}=`)
    .replace(/(<input\b[^>]*?)\stype="(digit|number|idcard)"/g, (_, before, name) => `${before} inputmode="${KEYBOARDS[name]}"`)
    .replace(/<input\b/g, '<input autocomplete="off"')
    .replace(/<button\b/g, '<button type="button"');
}
