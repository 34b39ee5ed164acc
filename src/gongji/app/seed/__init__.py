"""``gongji seed``: a whole Ngari with a year behind it, the same for the same seed and last day.

Everybody and everything in it is invented. What happens in the year goes through the rules of the
domain, one act after the other, on values in memory; the rows are those that the use cases write.
Only ciphertexts differ between two runs: each is sealed with fresh chance.
"""
