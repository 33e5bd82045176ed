"""What curator's words mean: values and pure functions, standard library only."""
