// The worked examples of the rules, as demo people meet them; amounts in yuan, as they are typed.

import type { Draft } from "./bill";

export interface Example {
  readonly key: string;
  readonly title: string;
  /** The demo person whose family is in the example's state, until somebody plays with it. */
  readonly person: string;
  readonly bill: Omit<Draft, "credentialKind" | "credentialNumber" | "institutionBillNo">;
}

const EXAMPLES: readonly Example[] = [
  {
    key: "E1",
    title: "例一：本人账户够用",
    person: "洛桑",
    bill: {
      visit: "OUTPATIENT",
      amounts: {
        totalFen: "326.80",
        selfPaidFen: "0",
        overLimitFen: "0",
        firstPayFen: "0",
        inScopeFen: "326.80",
        fundPaidFen: "148.30",
        hospitalPaidFen: "",
        personalShareFen: "178.50",
      },
      lines: [],
    },
  },
  {
    key: "E2",
    title: "例二：本人不足，两位共济人",
    person: "次仁",
    bill: {
      visit: "OUTPATIENT",
      amounts: {
        totalFen: "1,286.47",
        selfPaidFen: "96.40",
        overLimitFen: "12.35",
        firstPayFen: "85.72",
        inScopeFen: "1,092.00",
        fundPaidFen: "535.20",
        hospitalPaidFen: "",
        personalShareFen: "751.27",
      },
      lines: [],
    },
  },
  {
    key: "E3",
    title: "例三：居民医保儿童，药店购药",
    person: "白玛",
    bill: {
      visit: "PHARMACY",
      amounts: {
        totalFen: "187.35",
        selfPaidFen: "58.00",
        overLimitFen: "0",
        firstPayFen: "0",
        inScopeFen: "129.35",
        fundPaidFen: "0",
        hospitalPaidFen: "",
        personalShareFen: "187.35",
      },
      lines: [
        { code: "XA02BCA001", name: "奥美拉唑肠溶胶囊", kind: "DRUG", amount: "129.35" },
        { code: "B00000001", name: "某某口服液（保健品）", kind: "OTHER", amount: "58.00" },
      ],
    },
  },
];

/** Return the examples that a till can settle: a pharmacy's own, or those of hospitals. */
export function examplesAt(isPharmacy: boolean): readonly Example[] {
  return EXAMPLES.filter((one) => (one.bill.visit === "PHARMACY") === isPharmacy);
}

export const EMPTY: Example["bill"] = {
  visit: "OUTPATIENT",
  amounts: {
    totalFen: "",
    selfPaidFen: "",
    overLimitFen: "",
    firstPayFen: "",
    inScopeFen: "",
    fundPaidFen: "",
    hospitalPaidFen: "",
    personalShareFen: "",
  },
  lines: [],
};
