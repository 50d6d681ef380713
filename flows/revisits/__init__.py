"""Rounds of revisits at work: opened, their contacts built, links given out, results read (客户回访)."""
