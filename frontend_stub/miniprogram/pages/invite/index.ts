// 邀请成员加入: a sharer invites a near relative; both declare, and the registry has the last word.

import {
  InviteRelative,
  KinshipOptions,
  Policy,
  type InviteRelativeInput,
} from "../../../generated/operations";
import { act } from "../../lib/act";
import { ask } from "../../lib/graphql";
import { look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";

type Kinship = InviteRelativeInput["kinship"];

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    options: [] as { kinship: string; name: string }[],
    version: "",
    declaration: "",
    name: "",
    idNumber: "",
    kinship: "",
    agreed: false,
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onShow() {
      this.setData(lookOf("titleInvite"));
      if (this.data.phase !== "ready") void this.load();
    },

    async load() {
      this.setData({ phase: "loading" });
      try {
        const [{ kinshipOptions }, { policy }] = await Promise.all([
          ask(KinshipOptions, {}),
          ask(Policy, {}),
        ]);
        const isWhole =
          kinshipOptions.__typename === "KinshipOptions" && policy.__typename === "RegionPolicy";
        if (!isWhole) return this.setData({ phase: "error" });
        this.setData({
          phase: "ready",
          options: kinshipOptions.options.filter((one) => one.isNear),
          version: policy.declaration.version,
          declaration: policy.declaration.sharerText ?? "",
        });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    onName(event: WechatMiniprogram.Input) {
      this.data.name = event.detail.value.trim();
    },

    onId(event: WechatMiniprogram.Input) {
      this.data.idNumber = event.detail.value.trim();
    },

    onKinship(event: WechatMiniprogram.TouchEvent) {
      this.setData({ kinship: String(event.currentTarget.dataset.kinship) });
    },

    onAgree() {
      this.setData({ agreed: !this.data.agreed });
    },

    async onSend() {
      const { name, idNumber, kinship, agreed, version, isBusy } = this.data;
      if (isBusy) return;
      if (!name || !idNumber || !kinship || !agreed) {
        this.setData({ said: words().inviteMissing, isWrong: true });
        return;
      }
      this.setData({ isBusy: true, said: "" });
      const wanted = { name, idNumber, kinship: kinship as Kinship, declarationVersion: version };
      const ended = await act(InviteRelative, wanted);
      if (ended.kind === "done") {
        wx.showToast({ title: words().inviteDone, icon: "none" });
        wx.navigateBack();
      } else {
        this.setData({ isBusy: false, said: ended.text, isWrong: true });
      }
    },
  },
});
