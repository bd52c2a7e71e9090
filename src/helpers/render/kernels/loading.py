"""What the forking process loads, and how it lives; only that process imports this. JOSPAR_PRELOAD names other modules.

JOSPAR_OWNER has the number of the owner, which may have ended by now, and names libraries that none of the notebooks
to come uses. The process ends with its owner, even where the owner's end of a pipe lives on in another process, and
takes along all that its kernels started. Edits of loaded files are noticed by their stamps; what was edited while
being loaded is not shared.
"""

import atexit
import contextlib
import gc
import importlib
import os
import shutil
import signal
import sys
import time
from multiprocessing import forkserver
from pathlib import Path

from helpers import ONE_THREAD, files
from helpers.render.kernels.kernel import adopt_orphans, contents, end_descendants, short_folder, stamp, stamps

# What a starting ipykernel imports in any case, then what notebooks do; pictures in the order of the first figure.
MODULES = """ipykernel.kernelapp ipykernel.ipkernel ipykernel.zmqshell ipykernel.displayhook ipykernel.debugger
    ipykernel.comm ipykernel.subshell_manager IPython.core.pylabtools IPython.core.completer IPython.core.magics
    IPython.extensions.storemagic comm """ + os.environ.get(
    "JOSPAR_PRELOAD",
    """numpy pandas scipy.special pandas.core.reshape.reshape pandas.io.formats.html
    pandas.io.formats.string pandas.plotting._matplotlib matplotlib.pyplot matplotlib.backends.backend_agg
    matplotlib.dates PIL.BmpImagePlugin PIL.GifImagePlugin PIL.JpegImagePlugin PIL.PpmImagePlugin PIL.PngImagePlugin
    babel babel.numbers babel.dates statsmodels.api statsmodels.tsa.api jinja2 helpers.charts helpers.forecast
    helpers.pensions helpers.prose helpers.record helpers.record.hindsight helpers.record.moved helpers.record.rehearsal
    helpers.tables helpers.targets""",
)
INLINE = "module://matplotlib_inline.backend_inline"  # the backend that a kernel chooses by itself
BEGAN = time.time_ns()
OWNER, *LARGE = os.environ.pop("JOSPAR_OWNER").split()


def leave(*_: object) -> None:
    """End this process, its kernels and what those started."""
    end_descendants()
    os._exit(0)


def leave_orphaned() -> None:
    """End as the owner has ended, with its temporary files, of which a killed one took no care."""
    for folder in Path(short_folder()).glob(f"jospar-{OWNER}-*"):
        shutil.rmtree(folder, ignore_errors=True)
    with contextlib.suppress(OSError, TypeError):  # its folder may be that of the owner's own parent, which lives
        os.unlink(forkserver._forkserver._forkserver_address)
    leave()


os.setsid()  # Ctrl-C is for the owner
signal.signal(signal.SIGINT, signal.SIG_IGN)
signal.signal(signal.SIGTERM, leave)
signal.signal(signal.SIGALRM, lambda *_: os.getppid() == int(OWNER) or leave_orphaned())
signal.setitimer(signal.ITIMER_REAL, 1, 1)
atexit.register(leave_orphaned)  # its main loop ends when the owner does
adopt_orphans()
for descriptor in (1, 2):
    os.dup2(os.open(os.devnull, os.O_WRONLY), descriptor)
os.environ |= {"MPLBACKEND": INLINE} | ONE_THREAD | os.environ
sys.path[:] = filter(None, sys.path)  # a notebook's folder may hold names of libraries
gc.disable()  # imports make many objects and little garbage
texts = [path for path in files.PACKAGE.rglob("*.*") if path.suffix not in (".py", ".pyc")]
own = files.own_folder()
contents |= {str(path): stamp(str(path)) for path in [*texts, files.DATA, *files.DATA.rglob("*"), own, *own.rglob("*")]}
spared = tuple(f"{library}." for library in LARGE)
for name in MODULES.split():
    if name.startswith(spared):
        continue
    with contextlib.suppress(Exception):  # the notebook that needs it will show why it can't be loaded
        importlib.import_module(name)
for name in [name for name in sys.modules if name.startswith("matplotlib_inline")]:
    del sys.modules[name]  # its import tells the running shell of figures: for the kernel to do
stamps |= {path: stamp(path) for module in sys.modules.values() if (path := getattr(module, "__file__", None))}
if any(was and was[-1] > BEGAN for was in stamps.values()) or len(os.listdir("/proc/self/task")) > 1:
    os._exit(1)
gc.freeze()  # the collector would copy what kernels share
gc.enable()
