"""The French pre-annotation components: each proposes candidates, the last one chooses."""
