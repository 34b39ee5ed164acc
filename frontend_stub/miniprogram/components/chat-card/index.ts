// A card of the chat: a header, sentences, amounts, buttons. What pressing does, the page knows.

import type { ShownCard } from "../../lib/cards";

const NO_CARD: ShownCard = {
  title: "",
  state: "",
  tone: "",
  sentences: [],
  pairs: [],
  note: "",
  examples: [],
  buttons: [],
  url: "",
  urlName: "",
};

Component({
  properties: {
    card: { type: Object, value: NO_CARD },
    isElder: { type: Boolean, value: false },
    isBusy: { type: Boolean, value: false },
    said: { type: String, value: "" },
  },
  methods: {
    onPress(event: WechatMiniprogram.TouchEvent) {
      if (this.data.isBusy) return;
      this.triggerEvent("press", { button: event.currentTarget.dataset.name });
    },

    onSay(event: WechatMiniprogram.TouchEvent) {
      this.triggerEvent("say", { text: event.currentTarget.dataset.text });
    },

    onGo() {
      this.triggerEvent("go", { url: this.data.card.url });
    },
  },
});
