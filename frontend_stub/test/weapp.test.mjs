// The package for WeChat, loaded by WeChat's own tool: every page, and what happens on some.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Phone, settled, textOf, WEAPP } from "./wechat.mjs";

const { pages } = JSON.parse(readFileSync(join(WEAPP, "app.json"), "utf8"));
const PEOPLE = [{ name: "次仁", idNumber: "54259919700308013X" }];

function gateway({ url }) {
  if (url.endsWith("/development/people")) return { people: PEOPLE };
  if (url.endsWith("/development/tokens")) return { token: "t" };
  return { errors: [{ extensions: { code: "UNAVAILABLE", retryable: true } }] };
}

for (const path of pages) {
  test(`${path} is loaded and shown`, async (t) => {
    const page = new Phone(gateway).logIn().open(path);
    t.after(() => page.detach());

    page.instance.onLoad?.({});
    page.instance.onShow?.();
    await settled();

    assert.ok(textOf(page).length > 0);
    assert.ok(page.dom.querySelector("wx-view"));
  });
}

test("a component tells what is wrong, and a tap asks to try again", async () => {
  const words = { offlineTitle: "网络已断开", offlineText: "请检查网络", retry: "重新加载" };
  const trouble = new Phone().open("components/page-state/index", { phase: "offline", t: words });
  let retries = 0;
  trouble.addEventListener("retry", () => (retries += 1));

  trouble.querySelector(".again").dispatchEvent("tap");
  await settled();

  assert.equal(textOf(trouble), "网络已断开 请检查网络 重新加载".replaceAll(" ", ""));
  assert.equal(retries, 1);
});

test("whoever picks a demo person is logged in as that person", async () => {
  const phone = new Phone(gateway);
  const page = phone.open("pages/login/index");
  page.instance.onShow();
  await settled();
  assert.match(textOf(page), /次仁/);

  page.querySelector(".row").dispatchEvent("tap");
  await settled();

  assert.deepEqual(phone.asked.at(-1).data, { idNumber: PEOPLE[0].idNumber });
  assert.deepEqual(phone.kept.get("session"), { token: "t", name: "次仁" });
  assert.deepEqual(phone.went, ["/pages/family/index"]);
});

test("a page without an answer says so", async () => {
  const page = new Phone(gateway).logIn().open("pages/family/index");

  page.instance.onShow();
  await settled();

  assert.match(textOf(page), /暂时打不开/);
});

test("the elder version and Tibetan are taken over by a page that is shown", async () => {
  const phone = new Phone(gateway).logIn();
  phone.kept.set("look", { language: "bo", isElder: true });
  const page = phone.open("pages/settings/index");
  page.instance.onShow();
  await settled();

  assert.match(page.dom.innerHTML, /in-bo/);
  assert.match(page.dom.innerHTML, /elder/);
  assert.match(textOf(page), /པར་གཞི/);
});
