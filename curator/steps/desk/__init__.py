"""The annotators' desk in Label Studio: tasks and predictions out to it, corrections back from it."""
