"""The books check in the database: one snapshot, figures by whole tables, rows one by one."""
