"""From a forecast to a verdict and what stands beside it; `helpers.targets` is its door."""
