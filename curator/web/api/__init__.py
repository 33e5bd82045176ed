"""The pull API: dataset versions for those who train on them."""
