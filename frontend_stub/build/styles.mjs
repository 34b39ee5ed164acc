// WXSS for the browser: rpx, and the scopes that WeChat gives to pages and components.

/** Return the name under which glass-easel scopes a component's classes. */
export function scopeOf(path) {
  return path.replaceAll("/", "-");
}

/** Turn the sheet of the app, a page or a component into CSS. */
export function pageStyles(path, wxss) {
  const css = wxss
    .replace(/\/\*[\s\S]*?\*\//g, "")
    .replace(/(-?[\d.]+)rpx/g, "calc(var(--w, 100vw) * $1 / 750)");
  return css.replace(/([^{}]+)\{/g, (whole, selectors) =>
    selectors.trim().startsWith("@") ? whole : `${scoped(path, selectors)}{`,
  );
}

function scoped(path, selectors) {
  const each = selectors.split(",").map((selector) => selector.trim());
  if (path.startsWith("components/")) {
    return each.map((one) => one.replace(/\.([\w-]+)/g, `.${scopeOf(path)}--$1`)).join(",");
  }
  const pages = each.map((one) => one.replace(/^page\b/, ".wx-page"));
  return path === "app" ? pages.join(",") : pages.map((one) => `[data-page="${path}"] ${one}`).join(",");
}
