"""The first module that the forking process loads."""

from helpers.render.kernels.kernel import begin

begin()
