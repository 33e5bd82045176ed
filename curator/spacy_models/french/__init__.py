"""The French pre-annotation components: each proposes spans, the last one chooses."""
