"""Libraries imported once for many kernels, so that a notebook cannot tell.

A notebook that imports a preloaded library must see what a fresh import would show: the same warning filters in the
same order, the same figures, the newest source. Where that cannot be kept, a library is left out or the whole
process declines to serve, and kernels start cold.

Two things remain visible. The order of a set of strings follows the hash seed, which is drawn once for a process
and shared by its kernels (PYTHONHASHSEED fixes it, as ever); and an environment variable that a library reads when
it is imported has no effect if a notebook sets it itself.
"""

import importlib
import importlib.util
import os
import site
import sys
import sysconfig
import warnings
from collections.abc import Iterable
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType

# What a starting ipykernel imports in any case, save `IPython.core.completer` on the first request to complete.
KERNEL = (
    "ipykernel.kernelapp",
    "ipykernel.ipkernel",
    "ipykernel.zmqshell",
    "ipykernel.displayhook",
    "ipykernel.debugger",
    "ipykernel.comm",
    "ipykernel.subshell_manager",
    "IPython.core.pylabtools",
    "IPython.core.completer",
    "IPython.core.magics",
    "IPython.extensions.storemagic",
    "comm",
)
# Imported with an effect on the running shell (it registers the PNG formatter), so this must happen in the kernel.
FORGOTTEN = ("matplotlib_inline", "helpers")
# Its filters are for its own warnings, and too much refers to it for it to be set aside.
KEEPS_FILTERS = ("numpy",)


class Aside(MetaPathFinder, Loader):
    """Packages that are loaded but not yet imported, as far as the notebook can tell.

    An import may add warning filters. Those must come after the filters that the notebook set before it, so the
    package returns to ``sys.modules``, with its filters, when the notebook imports it.
    """

    def __init__(self) -> None:
        """With nothing set aside."""
        self.packages: dict[str, tuple[dict[str, ModuleType], list]] = {}

    def put(self, package: str, filters: list) -> None:
        """Take the package out of ``sys.modules`` and its filters out of ``warnings``."""
        if package in self.packages:
            self.packages[package][1][:0] = filters
        else:
            self.packages[package] = {}, list(filters)
        for name in [name for name in sys.modules if name.partition(".")[0] == package]:
            self.packages[package][0][name] = sys.modules.pop(name)
        warnings.filters[:] = [entry for entry in warnings.filters if entry not in filters]

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """A spec that leads back to the loaded package, if it is one of these."""
        return ModuleSpec(fullname, self, is_package=True) if fullname in self.packages else None

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The package as it was loaded."""
        module = self.packages[spec.name][0][spec.name]
        spec.loader_state = module.__spec__
        return module

    def exec_module(self, module: ModuleType) -> None:
        """Return the package and its filters to where an import would have put them."""
        modules, filters = self.packages.pop(module.__name__)
        module.__spec__ = module.__spec__.loader_state
        sys.modules.update(modules)
        warnings.filters[:0] = filters
        warnings._filters_mutated()


def installed(name: str) -> bool:
    """Whether the module comes with Python or from an installed package: not from a project under work."""
    spec = importlib.util.find_spec(name.partition(".")[0])
    if spec is None:
        return False
    folders = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    places = [*(spec.submodule_search_locations or [spec.origin or ""])]
    return all(place.startswith(tuple(folder + os.sep for folder in folders)) for place in places)


def load(name: str) -> tuple[list, list[str]]:
    """Import one module: the warning filters that it added and the warnings that it showed."""
    shown: list[str] = []
    show, before = warnings.showwarning, list(warnings.filters)
    warnings.showwarning = lambda message, *rest, **more: shown.append(str(message))
    try:
        importlib.import_module(name)
    finally:
        warnings.showwarning = show
    return [entry for entry in warnings.filters if entry not in before], shown


def preload(names: Iterable[str], aside: Aside) -> tuple[list[str], str]:
    """Import the modules; say which were left out and what stands against serving at all."""
    left_out, doubt, filters = [], "", {}
    for name in KERNEL:
        importlib.import_module(name)
    for name in names:
        try:
            if not installed(name):
                left_out.append(name)
                continue
            filters[name], shown = load(name)
        except Exception as error:  # whatever a library raises, the notebook that needs it will show
            left_out.append(f"{name}: {error!r}")
            continue
        if shown:  # a notebook's own import would show this under its cell; a warm one could not
            doubt = f"importing {name} warns: {shown[0]}"
    for name, added in filters.items():
        if added and (package := name.partition(".")[0]) not in KEEPS_FILTERS:
            aside.put(package, added)
    return left_out, doubt


def forget() -> None:
    """Leave out of ``sys.modules`` what a kernel must import itself."""
    for name in list(sys.modules):
        if name.partition(".")[0] in FORGOTTEN:
            del sys.modules[name]


def stamp(path: str) -> tuple[int, int] | None:
    """When and how large a file was last written; nothing if there is no file."""
    try:
        status = os.stat(path)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_size


def loaded_files(aside: Aside) -> dict[str, tuple[int, int] | None]:
    """The files behind the loaded modules and matplotlib's settings, each with its stamp."""
    modules = [*sys.modules.values(), *(m for found, _ in aside.packages.values() for m in found.values())]
    paths = {path for module in modules if (path := getattr(module, "__file__", None))}
    if matplotlib := sys.modules.get("matplotlib"):
        paths.add(matplotlib.matplotlib_fname())
    return {path: stamp(path) for path in paths}
