"""The ensemble's widths, written by `benchmarks/tune.py`; columns are ensemble.FEATURES and log horizon."""

DISAGREEMENT = 1.982
WIDTHS = (
    (-0.208, -0.335, 0.159, 0.282),  # 50 %
    (-0.061, -0.246, 0.536, 0.223),  # 80 %
    (0.064, -0.195, 0.592, 0.194),  # 95 %
)
