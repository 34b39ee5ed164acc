// Every Chinese text that the stage adds to its page.

export const T = {
  tries: "试一试",
  steps: [
    "收费端已填好例二的账单：按“预结算”，再按“确认结算”。",
    "两部手机的余额随即改变；“消息”里，次仁看到这笔钱是怎么付的，王小兰看到自己的账户付了多少。",
    "在收费端按“撤销”，再按“确认撤销”：钱退回原来的账户。",
    "在王小兰的手机上说一句“暂停给次仁的共济”并确认，或在次仁的手机上改“扣款顺序”；再到收费端按“下一张单据”，选例二，结算一次：付法随之改变。",
  ],
  till: "收费端：狮泉河雪山医院",
  alone: "单独打开",
} as const;

/** Name a phone. */
export function phoneTitle(role: string, name: string): string {
  return `${name}的手机（${role}）`;
}
