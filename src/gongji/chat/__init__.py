"""The chat: text or button in, request out; outcome in, card out."""
