"""Kernels forked from one process with the imports done; `helpers.warm_kernel` is their door."""
