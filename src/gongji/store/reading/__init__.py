"""What is only looked at: pages, look-ups by id, and one family at a glance. Nothing is locked."""
