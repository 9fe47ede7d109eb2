"""
The process that runs the code of one call. It is forked and stripped of every right before anybody can reach the instance, waits for
the call, and runs it once. Whatever the code does to this process it does to itself: the parent (runner.py) has another user id.
"""
import ast
import asyncio
import base64
import builtins
import ctypes
import inspect
import io
import json
import linecache
import os
import resource
import struct
import sys
import traceback
import types

# Loaded before the call comes, since most code asks for them.
import collections, csv, datetime, decimal, itertools, math, random, re, statistics, string, time  # noqa: E401, F401

FILE_NAME = "code.py"
MESSAGE_CHARS = 2_000
MEBIBYTE = 1024 * 1024
PR_SET_NO_NEW_PRIVS = 38


def strip(uid, folder, limits):
    """Gives up every right and sets the limits. Called as root; afterwards nothing of it can be undone."""
    os.setsid()
    memory = limits["memory_mb"] * MEBIBYTE
    for which, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CORE, 0),
        (resource.RLIMIT_FSIZE, limits["file_mb"] * MEBIBYTE),
        (resource.RLIMIT_NOFILE, limits["open_files"]),
        (resource.RLIMIT_NPROC, limits["processes"]),
        (resource.RLIMIT_MEMLOCK, 0),
        (resource.RLIMIT_MSGQUEUE, 0),
    ):
        resource.setrlimit(which, (value, value))
    # One second between the signal that Python code may see and the one that nobody survives.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["cpu_s"], limits["cpu_s"] + 1))
    with open("/proc/self/oom_score_adj", "w") as adjust:
        adjust.write("1000")
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)
    if ctypes.CDLL(None).prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        raise OSError("no_new_privs could not be set")
    os.umask(0o027)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(
        PATH="/usr/local/bin:/usr/bin:/bin", HOME=folder, TMPDIR=folder, LANG="C.UTF-8", PYTHONDONTWRITEBYTECODE="1"
    )
    for authorities in ("/etc/cloudflare/certs/cloudflare-containers-ca.crt", "/etc/ssl/certs/ca-certificates.crt"):
        if os.path.exists(authorities):
            os.environ["SSL_CERT_FILE"] = authorities
            break


def read_exactly(fd, count):
    data = b""
    while len(data) < count:
        chunk = os.read(fd, min(MEBIBYTE, count - len(data)))
        if not chunk:
            os._exit(0)  # the runner is gone, or has no call for us
        data += chunk
    return data


def wait_for_call(fd):
    (length,) = struct.unpack(">I", read_exactly(fd, 4))
    call = json.loads(read_exactly(fd, length))
    os.close(fd)
    return call


def serve(control, result):
    """Waits for the call, runs it, and tells `result` how it ended: one JSON text. Does not return."""
    call = wait_for_call(control)
    try:
        for file in call["files"]:
            data = base64.b64decode(file["base64"]) if "base64" in file else file["text"].encode()
            with open(file["name"], "wb") as out:
                out.write(data)
        told = run(call["code"], [call["input"]] if call["has_input"] else [], call["stdin"])
    except BaseException as error:  # the code may raise anything
        told = failed(error)
    try:
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:
        pass
    try:
        text = json.dumps(told, allow_nan=False)
    except (ValueError, TypeError, RecursionError, MemoryError) as error:
        text = json.dumps({"end": "not_json", "message": str(error)[:MESSAGE_CHARS]})
    data = text.encode("utf-8", "surrogatepass")
    at = 0
    while at < len(data):
        at += os.write(result, data[at : at + 65_536])
    os._exit(0)


def run(code, given, stdin):
    """As a script first; then `main(input)`, where there is one that the script did not call itself. `given`: a list of one, or empty."""
    sys.stdin = io.TextIOWrapper(io.BytesIO(stdin.encode()), encoding="utf-8")
    sys.argv = [FILE_NAME]
    sys.path.insert(0, os.getcwd())
    linecache.cache[FILE_NAME] = (len(code), None, code.splitlines(True), FILE_NAME)
    tree = ast.parse(code, FILE_NAME)
    module = sys.modules["__main__"] = types.ModuleType("__main__")
    scope = module.__dict__
    scope["__file__"] = FILE_NAME
    if given:
        scope["input"] = CallableInput(given[0]) if type(given[0]) is dict else given[0]
    try:
        exec(compile(tree, FILE_NAME, "exec"), scope)
    except SystemExit as stop:
        if stop.code not in (None, 0):
            raise
        return ended(scope.get("output"))
    main = scope.get("main")
    if not callable(main) or calls_main(tree):
        return ended(scope.get("output"))
    value = main() if takes_nothing(main) else main(*given)
    if inspect.isawaitable(value):
        value = asyncio.run(value)
    return ended(scope.get("output") if value is None else value)


def ended(value):
    """Without a value, what was printed is the answer; the platform looks at it."""
    return {"end": "ended"} if value is None else {"end": "returned", "output": value}


class CallableInput(dict):
    """The input under the name `input`, which scripts also call to read a line of what they were given."""

    def __call__(self, prompt=""):
        return builtins.input(prompt)


def takes_nothing(function):
    try:
        parameters = inspect.signature(function).parameters.values()
    except (TypeError, ValueError):
        return False
    return not any(p.kind in (p.POSITIONAL_ONLY, p.POSITIONAL_OR_KEYWORD, p.VAR_POSITIONAL) for p in parameters)


def calls_main(tree):
    """Whether the script itself calls `main`, outside of every function and class."""
    waiting = list(tree.body)
    while waiting:
        node = waiting.pop()
        if isinstance(node, (ast.FunctionDef, ast.AsyncFunctionDef, ast.ClassDef, ast.Lambda)):
            continue
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "main":
            return True
        waiting.extend(ast.iter_child_nodes(node))
    return False


def failed(error):
    if isinstance(error, SystemExit):
        if isinstance(error.code, str):
            print(error.code, file=sys.stderr)
        return {"end": "exited", "code": error.code if type(error.code) is int else 1}
    try:
        shown = error.__traceback__
        while shown is not None and shown.tb_frame.f_code.co_filename != FILE_NAME:
            shown = shown.tb_next
        traceback.print_exception(type(error), error, shown, limit=-20)
    except BaseException:
        pass
    if isinstance(error, MemoryError):
        return {"end": "memory"}
    told = {"end": "raised", "error": word(getattr(error, "error", None)) or type(error).__name__[:100]}
    try:
        told["message"] = str(error)[:MESSAGE_CHARS]
    except BaseException:
        told["message"] = ""
    field = word(getattr(error, "field", None))
    return {**told, "field": field} if field else told


def word(value):
    return value[:100] if type(value) is str else ""
