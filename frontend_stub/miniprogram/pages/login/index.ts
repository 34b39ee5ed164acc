// Log-in. Until WeChat's comes, a development gateway offers its demo people; another has none.

import { get, post, Trouble } from "../../lib/graphql";
import { look, lookOf } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";
import { begin } from "../../lib/session";
import { silence } from "../../lib/talk";

interface DemoPerson {
  readonly name: string;
  readonly idNumber: string;
}

Component({
  data: { ...look(), phase: "loading" as Phase, people: [] as DemoPerson[] },
  methods: {
    onShow() {
      silence();
      this.setData(lookOf("titleLogin"));
      void this.load();
    },

    async load() {
      this.setData({ phase: "loading" });
      try {
        this.setData({ phase: "ready", people: await demoPeople() });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    async onPick(event: WechatMiniprogram.TouchEvent) {
      const person = this.data.people[Number(event.currentTarget.dataset.index)];
      if (!person || this.data.phase !== "ready") return;
      this.setData({ phase: "loading" });
      try {
        const { token } = await post<{ token: string }>("/development/tokens", {
          idNumber: person.idNumber,
        });
        begin({ token, name: person.name });
        wx.switchTab({ url: "/pages/family/index" });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },
  },
});

/** Return the demo people of a development gateway; none where it is not one. */
async function demoPeople(): Promise<DemoPerson[]> {
  try {
    return (await get<{ people: DemoPerson[] }>("/development/people")).people;
  } catch (reason) {
    if (reason instanceof Trouble && reason.code === "NOT_FOUND") return [];
    throw reason;
  }
}
