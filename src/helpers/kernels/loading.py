"""The first module that the forking process loads."""

from helpers.kernels.kernel import begin

begin()
