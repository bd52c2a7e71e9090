"""The last module that the forking process loads."""

from helpers.kernels.kernel import end

end()
