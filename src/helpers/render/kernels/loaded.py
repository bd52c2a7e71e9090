"""The last module that the forking process loads."""

from helpers.render.kernels.kernel import end

end()
