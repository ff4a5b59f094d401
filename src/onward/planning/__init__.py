"""Planning on a run: what people need, and when a threshold is passed."""
