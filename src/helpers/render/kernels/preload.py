"""Libraries imported once for many kernels, so that a notebook cannot tell.

A notebook that imports a preloaded library must see what a fresh import would show: the same warning filters in the
same order, the same figures, the newest source. Where that cannot be kept, a library is left out or the whole
process declines to serve, and kernels start cold.

Two things remain visible. The order of a set of strings follows the hash seed, which is drawn once for a process
and shared by its kernels (PYTHONHASHSEED fixes it, as ever); and an environment variable that a library reads when
it is imported has no effect if a notebook sets it itself.
"""

import builtins
import importlib
import importlib.util
import os
import site
import sys
import sysconfig
import warnings
from collections import defaultdict
from collections.abc import Iterable, Mapping
from importlib.abc import Loader, MetaPathFinder
from importlib.machinery import ModuleSpec
from types import ModuleType
from typing import Any

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


class Record:
    """Stands in for ``__import__`` and notes which package needs which, and who added which warning filter."""

    def __init__(self) -> None:
        """With all filters so far as nobody's."""
        self.real = builtins.__import__
        self.seen = list(warnings.filters)
        self.filters: defaultdict[str, list] = defaultdict(list)
        self.needs: defaultdict[str, list[str]] = defaultdict(list)
        self.under_way = [""]

    def __call__(self, name: str, scope: Mapping | None = None, *rest: Any, **more: Any) -> ModuleType:
        """Import as usual."""
        importer = top((scope or {}).get("__name__", ""))
        relative = more.get("level", rest[2] if len(rest) > 2 else 0)
        package = importer if relative else top(name)
        if package in sys.stdlib_module_names:
            return self.real(name, scope, *rest, **more)
        if package not in [*self.needs[importer], *self.under_way]:  # in a circle, the first one needs the others
            self.needs[importer].append(package)
        self._credit(self.under_way[-1])
        self.under_way.append(package)
        try:
            return self.real(name, scope, *rest, **more)
        finally:
            self._credit(self.under_way.pop())

    def _credit(self, package: str) -> None:
        added = [entry for entry in warnings.filters if entry not in self.seen]
        self.filters[package][:0] = added
        self.seen += added


class Aside(MetaPathFinder, Loader):
    """Packages that are loaded but not yet imported, as far as the notebook can tell.

    An import may add warning filters, and those come before any that the notebook set earlier. So a package returns
    to ``sys.modules``, after all that it needs and with its filters, when the notebook imports it.
    """

    def __init__(self) -> None:
        """With nothing set aside."""
        self.packages: dict[str, dict[str, ModuleType]] = {}
        self.record = Record()

    def put(self, packages: Iterable[str]) -> None:
        """Take the packages out of ``sys.modules`` and their filters out of ``warnings``."""
        self.packages = {package: {} for package in packages}
        for name in list(sys.modules):
            if top(name) in self.packages:
                self.packages[top(name)][name] = sys.modules.pop(name)
        added = [entry for package in self.packages for entry in self.record.filters[package]]
        warnings.filters[:] = [entry for entry in warnings.filters if entry not in added]
        notice_filters()

    def find_spec(self, fullname: str, path: object = None, target: object = None) -> ModuleSpec | None:
        """A spec that leads back to the loaded package, if it is one of these."""
        if fullname not in self.packages:
            return None
        loaded = self.packages[fullname][fullname].__spec__
        spec = ModuleSpec(fullname, self, origin=loaded.origin, loader_state=loaded)
        spec.submodule_search_locations = loaded.submodule_search_locations
        return spec

    def create_module(self, spec: ModuleSpec) -> ModuleType:
        """The package as it was loaded."""
        return self.packages[spec.name][spec.name]

    def exec_module(self, module: ModuleType) -> None:
        """Return the package, what it needs and their filters to where an import would have put them."""
        name = module.__name__
        module.__spec__ = module.__spec__.loader_state
        sys.modules.update(self.packages.pop(name))
        for other in self.record.needs[name]:
            if other in self.packages:
                importlib.import_module(other)
        warnings.filters[:0] = self.record.filters[name]
        notice_filters()


def notice_filters() -> None:
    """Make Python forget what it decided by the filters before."""
    with warnings.catch_warnings():
        pass


def top(name: str) -> str:
    """The package that a module belongs to."""
    return name.partition(".")[0]


def installed(name: str) -> bool:
    """Whether the module comes with Python or from an installed package: not from a project under work."""
    spec = importlib.util.find_spec(top(name))
    if spec is None:
        return False
    folders = [sysconfig.get_path(kind) for kind in ("stdlib", "platstdlib", "purelib", "platlib")]
    folders += [*site.getsitepackages(), site.getusersitepackages()]
    places = [*(spec.submodule_search_locations or [spec.origin or ""])]
    return all(place.startswith(tuple(folder + os.sep for folder in folders)) for place in places)


def load(name: str) -> list[str]:
    """Import one module: the warnings that it showed."""
    shown: list[str] = []
    show = warnings.showwarning
    warnings.showwarning = lambda message, *rest, **more: shown.append(str(message))
    try:
        __import__(name)
    finally:
        warnings.showwarning = show
    return shown


def preload(names: Iterable[str], aside: Aside) -> tuple[list[str], str]:
    """Import the modules and set them aside; say which were left out and what stands against serving at all."""
    left_out, doubt = [], ""
    for name in KERNEL:
        importlib.import_module(name)
    before = {*map(top, sys.modules), *sys.stdlib_module_names}
    aside.record = builtins.__import__ = Record()
    for name in names:
        try:
            shown = load(name) if installed(name) else left_out.append(name)
        except Exception as error:  # whatever a library raises, the notebook that needs it will show
            left_out.append(f"{name}: {error!r}")
            continue
        if shown:  # a notebook's own import would show this under its cell; a warm one could not
            doubt = f"importing {name} warns: {shown[0]}"
    builtins.__import__ = aside.record.real
    forget()
    loaded = {*map(top, sys.modules)} - before
    aside.put(name for name in loaded if not name.startswith("_"))  # C code finds those by name, without an import
    return left_out, doubt


def forget() -> None:
    """Leave out of ``sys.modules`` what a kernel must import itself."""
    for name in list(sys.modules):
        if top(name) in FORGOTTEN:
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
    modules = [*sys.modules.values(), *(m for package in aside.packages.values() for m in package.values())]
    paths = {path for module in modules if (path := getattr(module, "__file__", None))}
    if matplotlib := aside.packages.get("matplotlib"):
        paths.add(matplotlib["matplotlib"].matplotlib_fname())
    return {path: stamp(path) for path in paths}
