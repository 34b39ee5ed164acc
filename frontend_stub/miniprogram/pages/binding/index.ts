// One binding or invitation, seen from its own side: what may be done with it, and what follows.

import {
  AcceptInvitation,
  Binding,
  DeclineInvitation,
  EndBinding,
  PauseBinding,
  Policy,
  QuoteEnding,
  ResumeBinding,
  SetBindingLimit,
  WithdrawInvitation,
  type BindingQuery,
} from "../../../generated/operations";
import { act, seenAnew, told, type Ended } from "../../lib/act";
import { fenOf, moment, plainYuan, yuan } from "../../lib/format";
import { ask, Trouble } from "../../lib/graphql";
import { fill, look, lookOf, words } from "../../lib/look";
import { phaseAfter, type Phase } from "../../lib/phase";

type Shown = NonNullable<BindingQuery["binding"]>;
type AsSharer = Extract<Shown, { __typename: "BindingAsSharer" }>;
type AsBeneficiary = Extract<Shown, { __typename: "BindingAsBeneficiary" }>;
type Verb = "accept" | "decline" | "withdraw" | "pause" | "resume" | "end";
type LimitField = "perSettlementFen" | "perMonthFen" | "perYearFen";

const DONE = {
  accept: "accepted",
  decline: "declined",
  withdraw: "withdrawn",
  pause: "paused",
  resume: "resumed",
  end: "ended",
} as const;
const NO_LIMIT: Record<LimitField, string> = {
  perSettlementFen: "",
  perMonthFen: "",
  perYearFen: "",
};

Component({
  data: {
    ...look(),
    phase: "loading" as Phase,
    id: "",
    name: "",
    isSharer: false,
    takesPlace: false,
    binding: { id: "", title: "", kinship: "", state: "", since: "", used: "", hasLimit: false },
    limit: { ...NO_LIMIT },
    actions: [] as Verb[],
    declaration: "",
    version: "",
    place: "",
    plan: "",
    asking: "" as Verb | "",
    askingName: "",
    consequence: "",
    said: "",
    isWrong: false,
    isBusy: false,
  },
  methods: {
    onLoad(query: Record<string, string>) {
      this.setData({ id: query.id ?? "" });
    },

    onShow() {
      this.setData(lookOf("titleBinding"));
      void this.load();
    },

    async load() {
      try {
        const { binding } = await ask(Binding, { id: this.data.id });
        seenAnew();
        this.setData({ phase: "ready", ...(binding ? shown(binding) : {}) });
        await this.loadDeclaration();
      } catch (reason) {
        this.setData({ phase: phaseAfter(reason) });
      }
    },

    /** Whoever accepts sees first what is declared by it. */
    async loadDeclaration() {
      if (!this.data.actions.includes("accept")) return this.setData({ declaration: "" });
      const { policy } = await ask(Policy, {});
      if (policy.__typename !== "RegionPolicy") return;
      const { version, beneficiaryText } = policy.declaration;
      this.setData({ version, declaration: beneficiaryText ?? "" });
    },

    async onVerb(event: WechatMiniprogram.TouchEvent) {
      const verb = event.currentTarget.dataset.verb as Verb;
      if (verb === "resume") return this.perform(verb);
      if (verb === "end" && !(await this.quoteEnding())) return;
      const t = words();
      const sentences = {
        accept: t.acceptText,
        decline: t.declineText,
        withdraw: t.withdrawText,
        pause: t.pauseText,
        end: this.data.isSharer ? t.endTextSharer : t.endTextBeneficiary,
      };
      const consequence = fill(sentences[verb], { name: this.data.name });
      this.setData({ asking: verb, askingName: t[verb], consequence, place: "", said: "" });
    },

    /** Learn to which state the ending belongs that is about to be confirmed. */
    async quoteEnding(): Promise<boolean> {
      try {
        const { quoteEnding } = await ask(QuoteEnding, { bindingId: this.data.id });
        if (quoteEnding.__typename === "EndingQuote") {
          this.setData({ plan: quoteEnding.plan });
          return true;
        }
        this.setData({ said: told(quoteEnding), isWrong: true });
      } catch (reason) {
        if (!(reason instanceof Trouble)) throw reason;
        this.setData({ said: words().errorText, isWrong: true });
      }
      return false;
    },

    onCancel() {
      this.setData({ asking: "" });
    },

    onPlace(event: WechatMiniprogram.Input) {
      this.data.place = event.detail.value.trim();
    },

    onConfirm() {
      const { asking, place } = this.data;
      const isPlace = place === "" || /^[1-9]\d?$/.test(place);
      if (!isPlace) this.setData({ said: words().acceptPlaceWrong, isWrong: true });
      else if (asking) void this.perform(asking);
    },

    async perform(verb: Verb) {
      if (this.data.isBusy) return;
      this.setData({ isBusy: true });
      const ended = await this.done(verb);
      this.setData({ isBusy: false, asking: ended.kind === "unknown" ? verb : "" });
      this.tell(ended, words()[DONE[verb]]);
    },

    done(verb: Verb): Promise<Ended<unknown>> {
      const wanted = { bindingId: this.data.id };
      switch (verb) {
        case "accept":
          return act(AcceptInvitation, {
            ...wanted,
            declarationVersion: this.data.version,
            position: this.data.place === "" ? null : Number(this.data.place),
          });
        case "decline":
          return act(DeclineInvitation, wanted);
        case "withdraw":
          return act(WithdrawInvitation, wanted);
        case "pause":
          return act(PauseBinding, wanted);
        case "resume":
          return act(ResumeBinding, wanted);
        case "end":
          return act(EndBinding, { ...wanted, ifPlan: this.data.plan });
      }
    },

    tell(ended: Ended<unknown>, done: string) {
      this.setData({ said: ended.kind === "done" ? done : ended.text, isWrong: ended.kind !== "done" });
      if (ended.kind !== "unknown") void this.load();
    },

    onLimit(event: WechatMiniprogram.Input) {
      const field = event.currentTarget.dataset.field as LimitField;
      this.data.limit[field] = event.detail.value.trim();
    },

    async onSaveLimit() {
      const limits: Partial<Record<LimitField, number | null>> = {};
      for (const [field, typed] of Object.entries(this.data.limit) as [LimitField, string][]) {
        const fen = typed === "" ? null : fenOf(typed);
        if (fen === undefined) return this.setData({ said: words().amountWrong, isWrong: true });
        limits[field] = fen;
      }
      if (this.data.isBusy) return;
      this.setData({ isBusy: true });
      const ended = await act(SetBindingLimit, { bindingId: this.data.id, ...limits });
      this.setData({ isBusy: false });
      this.tell(ended, words().limitSaved);
    },
  },
});

function shown(binding: Shown) {
  switch (binding.__typename) {
    case "BindingAsSharer":
      return asSharer(binding);
    case "BindingAsBeneficiary":
      return asBeneficiary(binding);
    default:
      return {};
  }
}

function common(binding: AsSharer | AsBeneficiary, title: string) {
  return {
    id: binding.id,
    title,
    kinship: binding.kinshipName,
    state: words()[binding.status],
    since: binding.acceptedAt ? moment(binding.acceptedAt) : "",
    used: "",
    hasLimit: false,
  };
}

function asSharer(binding: AsSharer) {
  const t = words();
  const verbs: Partial<Record<AsSharer["status"], Verb[]>> = {
    INVITED: ["withdraw"],
    IN_REVIEW: ["end"],
    ACTIVE: ["pause", "end"],
    PAUSED: ["resume", "end"],
  };
  const isLive = binding.status === "ACTIVE" || binding.status === "PAUSED";
  const inMonth = fill(t.usedInMonth, { amount: yuan(binding.usedInMonthFen) });
  const inYear = fill(t.usedInYear, { amount: yuan(binding.usedInYearFen) });
  const typed = (fen: number | null) => (fen === null ? "" : plainYuan(fen));
  return {
    name: binding.beneficiaryName,
    isSharer: true,
    takesPlace: false,
    actions: verbs[binding.status] ?? [],
    binding: {
      ...common(binding, binding.beneficiaryName),
      used: isLive ? `${inMonth}，${inYear}` : "",
      hasLimit: isLive,
    },
    limit: {
      perSettlementFen: typed(binding.limit.perSettlementFen),
      perMonthFen: typed(binding.limit.perMonthFen),
      perYearFen: typed(binding.limit.perYearFen),
    },
  };
}

function asBeneficiary(binding: AsBeneficiary) {
  const verbs: Partial<Record<AsBeneficiary["status"], Verb[]>> = {
    INVITED: ["accept", "decline"],
    IN_REVIEW: ["end"],
    ACTIVE: binding.awaitsOwnConsent ? ["accept", "end"] : ["end"],
  };
  return {
    name: binding.sharerName,
    isSharer: false,
    // A place is given once; who consents anew has one.
    takesPlace: binding.status === "INVITED",
    actions: verbs[binding.status] ?? [],
    binding: common(binding, binding.sharerName),
  };
}
