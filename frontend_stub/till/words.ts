// Every Chinese text of the till page, in one place, to be reviewed.

import type { AmountName } from "./bill";
import type { CredentialKind, ItemKind, VisitKind } from "../generated/till_operations";
import type { Why, Wish } from "./requests";

export const T = {
  title: "收费端",
  training: "演示与培训用，人物与机构均为虚构，不涉及真实资金。",
  loading: "正在加载",
  notHere: "这里没有收费端演示",
  notHereText: "只有开发环境的网关才提供演示机构。正式环境中，医院和药店用自己的系统接入网关。",
  noCast: "这里没有演示机构",
  noCastText: "这个网关的数据里没有演示用的机构。要打开别的机构，请在本页地址后面加上“?institution=”和机构编码。",
  noPlace: "没有这家机构",
  noPlaceText: "这个网关的数据里没有这家机构，或不能以它登录。",
  noAnswer: "网关没有回应",
  noAnswerText: "请检查网络，稍后重新加载本页。",
  reload: "重新加载",
  choose: "选择一家机构",
  change: "换一家机构",
  bill: "账单",
  example: "例题",
  noExample: "不用例题，自己填写",
  person: "演示人物",
  noPerson: "不选，直接输入号码",
  credentialKind: "凭证类型",
  credentialNumber: "凭证号码",
  credentialMissing: "请填写使用人本人的凭证号码。",
  billNo: "单据号",
  billNoMissing: "请填写单据号。",
  visit: "医疗类别",
  amounts: "金额（元）",
  amountForm: "请填写金额，最多两位小数，如 1,286.47。",
  partsSum: "全自费、超限价、先行自付、政策范围内之和",
  payersSum: "基金支付、医院负担、个人负担之和",
  linesSum: "明细之和",
  sumsFit: "等于总额",
  lines: "明细",
  lineCode: "国家医保编码",
  lineCodeMissing: "请填写编码。",
  lineName: "名称",
  lineNameMissing: "请填写名称。",
  lineKind: "类别",
  lineAmount: "金额（元）",
  addLine: "增加一行",
  removeLine: "删除这一行",
  quote: "预结算",
  result: "结果",
  resultHint: "填好账单后先预结算，核对无误再结算。",
  quoted: "预结算",
  settle: "确认结算",
  settled: "结算单",
  notPaid: "这笔结算已经撤销，没有支付。收过的现金请退还。",
  settledBefore: "该单据号已经结算过，下面是原来的结算单。不要重复收费。",
  changed: "情况有变化，与刚才的预结算不同。请按现在的结果核对后再结算。",
  newBill: "下一张单据",
  print: "打印结算单",
  reverse: "撤销",
  reversal: "撤销这笔结算",
  reversalText: "整笔撤销，各账户支付的金额退回原账户；下面的现金由收费处退还。",
  reason: "撤销原因（可不填）",
  confirmReversal: "确认撤销",
  cancel: "不撤销",
  reversed: "已撤销",
  reversedText: "各账户支付的金额已退回。请把收过的现金退还。",
  voided: "已冲正",
  voidedText: "这次请求没有生效，以后也不会生效。可以收现金，或重新结算。",
  stands: "不能冲正，原来的办理仍然有效",
  standsText: "不要再收现金。",
  problem: "没有办理",
  fault: "没有办理",
  faultText: "网关没有受理这次请求，什么都没有改变。请刷新本页后重试。",
  open: "结果未知",
  openText: "在知道结果以前，不要收现金，也不要另开单据。",
  askOutcome: "查询结果",
  again: "用同一编号重发",
  giveUp: "放弃并冲正",
  giveUpAgain: "再次冲正",
  today: "今天的结算",
  noReceipts: "今天还没有结算。",
  more: "显示更多",
  show: "查看",
  time: "时间",
  state: "状态",
  stateSettled: "已结算",
  stateReversed: "已撤销",
  institution: "机构",
  clerk: "收费员",
  settlementId: "结算编号",
  settledAt: "结算时间",
  businessDay: "业务日期",
  reversedAt: "撤销时间",
  total: "医疗费总额",
  fund: "基金支付",
  personalShare: "个人负担",
  eligible: "其中可由个人账户支付",
  own: "个人账户支付",
  shared: "账户共济支付",
  cash: "个人现金支付",
  ownAfter: "结算后本人账户余额",
  noOwn: "没有个人账户",
  backOwn: "退回本人账户",
  backShared: "退回共济账户",
  backCash: "退还现金",
} as const;

export const AMOUNT_NAMES: Record<AmountName, string> = {
  totalFen: "医疗费总额",
  selfPaidFen: "全自费",
  overLimitFen: "超限价",
  firstPayFen: "先行自付",
  inScopeFen: "政策范围内",
  fundPaidFen: "基金支付",
  hospitalPaidFen: "医院负担（可不填）",
  personalShareFen: "个人负担",
};

export const VISITS: Record<VisitKind, string> = {
  OUTPATIENT: "普通门诊",
  EMERGENCY: "急诊",
  CHRONIC: "门诊慢特病",
  INPATIENT: "住院",
  PHARMACY: "药店购药",
};

export const CREDENTIALS: Record<CredentialKind, string> = {
  ID_CARD: "居民身份证",
  SOCIAL_SECURITY_CARD: "社会保障卡",
  E_VOUCHER: "医保电子凭证",
};

export const ITEMS: Record<ItemKind, string> = {
  DRUG: "药品",
  HERBAL_PIECE: "中药饮片",
  PREPARATION: "医院制剂",
  TREATMENT: "诊疗项目",
  CONSUMABLE: "医用耗材",
  OTHER: "其他（如保健品）",
};

export const WHY: Record<Why, string> = {
  silent: "没有收到回应，不知道是否已经办理。",
  running: "正在办理，还没有结果。",
  unseen: "网关还没有收到这个请求，但它仍可能到达。可以用同一编号重发，或放弃并冲正。",
  voiding: "冲正没有得到答复。请再次冲正，直到有答复；在此之前不要收现金。",
  fault: "这次重发没有被受理，但先前发出的可能已经办理。请刷新本页后查询结果。",
};

/** Tell by how much a sum does not close. */
export function difference(name: string, amount: string): string {
  return `${name}与总额相差${amount}。`;
}

/** Tell which request is open. */
export function openTitle(wish: Wish): string {
  if (wish.act === "settle") return `结算：单据号 ${wish.input.bill.institutionBillNo}`;
  return `撤销：结算编号 ${wish.input.settlementId}`;
}

/** Name a line of the bill. */
export function lineTitle(index: number): string {
  return `第${index + 1}行`;
}
