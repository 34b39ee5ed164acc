// 我的: the version for elders, the language, what a sharer keeps for oneself.

import { FamilyAccount, Me, SetReserve } from "../../../generated/operations";
import { act, seenAnew } from "../../lib/act";
import { fenOf, plainYuan } from "../../lib/format";
import { ask, Trouble } from "../../lib/graphql";
import { choice, choose, lookOf, look, nameTabs, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";
import { actFor, leave, session, ward, type Ward } from "../../lib/session";
import { talk } from "../../lib/talk";

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    language: choice().language as string,
    name: "",
    wards: [] as readonly Ward[],
    forId: "",
    hasAccount: false,
    reserve: "",
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onShow() {
      if (!session()) return leave();
      this.renew();
      this.setData({ name: session()?.name ?? "", said: "", forId: ward()?.id ?? "" });
      void this.loadWards();
      void this.load();
      void talk().attend();
    },

    renew() {
      this.setData({ ...lookOf("titleSettings"), language: choice().language });
      nameTabs();
    },

    async loadWards() {
      try {
        const { me } = await ask(Me, {});
        const wards = me.__typename === "MePerson" ? me.wards : [];
        this.setData({ wards });
        if (ward() && !wards.some((one) => one.id === ward()?.id)) this.actFor(undefined);
      } catch (reason) {
        if (!(reason instanceof Trouble)) throw reason;
      }
    },

    onWard(event: WechatMiniprogram.TouchEvent) {
      this.actFor(this.data.wards.find((one) => one.id === event.currentTarget.dataset.id));
    },

    /** The rest of the phone follows: every page asks anew when it is shown. */
    actFor(chosen: Ward | undefined) {
      actFor(chosen && { id: chosen.id, name: chosen.name });
      this.renew();
      this.setData({ forId: chosen?.id ?? "", said: "", hasAccount: false });
      void this.load();
      void talk().attend();
    },

    async load() {
      try {
        const { familyAccount } = await ask(FamilyAccount, {});
        seenAnew();
        if (familyAccount.__typename !== "FamilyAccount") return this.setData({ phase: "error" });
        const { account } = familyAccount;
        const reserve = account ? plainYuan(account.reserveFen) : "";
        this.setData({ phase: "ready", hasAccount: account !== null, reserve });
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason), hasAccount: false });
      }
    },

    onStandard() {
      choose({ isElder: false });
      this.renew();
    },

    onElder() {
      choose({ isElder: true });
      this.renew();
    },

    onChinese() {
      choose({ language: "zh" });
      this.renew();
    },

    onTibetan() {
      choose({ language: "bo" });
      this.renew();
    },

    onReserve(event: WechatMiniprogram.Input) {
      this.data.reserve = event.detail.value;
    },

    async onSave() {
      const reserveFen = fenOf(this.data.reserve);
      if (reserveFen === undefined) {
        this.setData({ said: words().amountWrong, isWrong: true });
        return;
      }
      if (this.data.isBusy) return;
      this.setData({ isBusy: true });
      const ended = await act(SetReserve, { reserveFen });
      const said = ended.kind === "done" ? words().reserveSaved : ended.text;
      this.setData({ isBusy: false, said, isWrong: ended.kind !== "done" });
    },

    onLeave() {
      leave();
    },
  },
});
