"""From texts and versions to predictions, scores and models."""
