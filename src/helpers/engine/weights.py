"""The ensemble's widths, written by `benchmarks/tune.py`; columns are ensemble.FEATURES and log horizon."""

DISAGREEMENT = 1.859
WIDTHS = (
    (-0.160, -0.390, 0.200, 0.270),  # 50 %
    (-0.060, -0.250, 0.540, 0.210),  # 80 %
    (0.070, -0.190, 0.600, 0.200),  # 95 %
)
