"""What is true of family mutual aid: values and rules, with no clock, database or framework.

Everything that decides about money lives here, so that it can be read, and proved, without running
anything else. The rules cite the bureau's text (``S...``) and our decisions (``G...``).
"""
