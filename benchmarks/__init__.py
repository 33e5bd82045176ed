"""Measurements as ratios against a baseline that is run beside them; `make bench` prints them."""
