// What a page shows while it has nothing to show: a skeleton, or what is wrong and a way on.

Component({
  properties: {
    phase: { type: String, value: "loading" },
    t: { type: Object, value: {} },
  },
  methods: {
    onRetry() {
      this.triggerEvent("retry");
    },
  },
});
