"""What a parser process gives up before it sees a foreign byte: the network, and memory without end.

Linux: an own user and network namespace (no interface but a dead loopback) where the kernel allows it, and a seccomp
filter that refuses `socket`; `RLIMIT_DATA`, `RLIMIT_CORE`, `RLIMIT_NOFILE`; death with its parent. macOS and other
POSIX: the rlimits the system honours. Everywhere, Windows included: a Python audit hook that refuses sockets and new
processes, which stops Python code but not native code. `Isolation` says what was achieved; `observe formats` prints it.
Not for: hiding files. A parser can still read what its user can read.
"""

import ctypes
import ctypes.util
import platform
import struct
import sys
from dataclasses import dataclass

_CLONE_NEWUSER, _CLONE_NEWNET = 0x10000000, 0x40000000
_PR_SET_PDEATHSIG, _PR_SET_NO_NEW_PRIVS, _PR_SET_SECCOMP, _SECCOMP_MODE_FILTER = 1, 38, 22, 2
_SIGKILL = 9
# machine: (AUDIT_ARCH, number of socket(2))
_SECCOMP = {"x86_64": (0xC000003E, 41), "aarch64": (0xC00000B7, 198)}
_BARRED = (
    "socket.connect",
    "socket.bind",
    "socket.getaddrinfo",
    "subprocess.Popen",
    "os.system",
    "os.exec",
    "os.posix_spawn",
)


@dataclass(frozen=True, slots=True)
class Isolation:
    """What holds in this process. `data_bytes` is 0 where the system has no such limit."""

    network_namespace: bool
    seccomp: bool
    audit_hook: bool
    data_bytes: int


def isolate(data_bytes: int) -> Isolation:
    """Give up network and unbounded memory, as far as this system can. Call before any thread is started."""
    namespace = seccomp = False
    limited = 0
    if sys.platform == "linux":
        libc = ctypes.CDLL(None, use_errno=True)
        libc.prctl(_PR_SET_PDEATHSIG, _SIGKILL, 0, 0, 0)
        namespace = libc.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0
        seccomp = _bar_sockets(libc)
    if sys.platform != "win32":
        limited = _limit(data_bytes)
    sys.addaudithook(_refuse)
    return Isolation(namespace, seccomp, True, limited)


def _limit(data_bytes: int) -> int:
    import resource

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (256 if hard == resource.RLIM_INFINITY else min(256, hard), hard))
    try:
        resource.setrlimit(resource.RLIMIT_DATA, (data_bytes, data_bytes))
    except (ValueError, OSError):
        return 0
    return data_bytes


def _bar_sockets(libc: ctypes.CDLL) -> bool:
    """A four-instruction BPF programme: on this architecture, `socket` returns EPERM; everything else passes."""
    known = _SECCOMP.get(platform.machine())
    if known is None:
        return False
    arch, number = known
    instructions = [
        (0x20, 0, 0, 4),  # load seccomp_data.arch
        (0x15, 1, 0, arch),  # equal: go on; else allow
        (0x06, 0, 0, 0x7FFF0000),
        (0x20, 0, 0, 0),  # load seccomp_data.nr
        (0x15, 0, 1, number),
        (0x06, 0, 0, 0x00050001),  # ERRNO | EPERM
        (0x06, 0, 0, 0x7FFF0000),  # ALLOW
    ]
    code = b"".join(struct.pack("HBBI", *instruction) for instruction in instructions)
    buffer = ctypes.create_string_buffer(code, len(code))

    class Programme(ctypes.Structure):
        _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_void_p)]

    programme = Programme(len(instructions), ctypes.addressof(buffer))
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(programme), 0, 0) == 0)


def _refuse(event: str, _arguments: tuple[object, ...]) -> None:
    if event in _BARRED:
        raise PermissionError(f"a parser may not use {event}")
