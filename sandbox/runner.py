"""
PID 1 of an instance of the container sandbox. Takes one call over HTTP, has it run by a process without rights (guest.py), answers, and
ends; with it ends everything that the code started. An instance that nobody holds on to ends by itself: before the call when its lease
runs out, and during the call when the connection of whoever asked is gone.

    POST /lease   the instance is wanted for LEASE_S more seconds                        → 204
    POST /run     {v, code, input?, stdin, files, wall_ms}                               → 200 {v, end, …, stdout, stderr, files, ms}

After the first `/run` nobody is listened to any more: neither the code nor another call can reach the runner.
"""
import base64
import errno
import json
import os
import random
import selectors
import signal
import socket
import stat
import struct
import sys
import time

sys.path.insert(0, os.path.dirname(os.path.abspath(__file__)))
import guest  # noqa: E402

PORT = 8080
VERSION = 1
LEASE_S = 20
REQUEST_BYTES = 8 * 1024 * 1024
HEAD_BYTES = 16 * 1024
# Code, input and output are each bounded by the platform as well; these hold if it does not.
STDOUT_BYTES = 1024 * 1024
STDERR_BYTES = 64 * 1024
# What is read of stderr, most of it for nothing, before the code is stopped.
STDERR_READ_BYTES = 8 * 1024 * 1024
RESULT_BYTES = 4 * 1024 * 1024
FILES = {"most": 50, "bytes": 1024 * 1024}
LONGEST_WALL_MS = 900_000
LIMITS = {"memory_mb": 512, "cpu_s": 60, "processes": 32, "open_files": 128, "file_mb": 16}
# What is not read yet when the code's own process has ended: output of children is waited for this long.
DRAIN_S = 0.05
RUNNER_UID = 9_999
# Docker and the VM mount these writable for everybody.
SHARED_FOLDERS = ("/dev/shm", "/dev/mqueue", "/tmp", "/var/tmp", "/run/lock")


def main():
    signal.signal(signal.SIGTERM, lambda *_: os._exit(0))
    uid = random.SystemRandom().randrange(100_000, 2**31 - 1)  # of this instance alone: limits of processes count by user and kernel
    folder = prepare_folder(uid)
    control, theirs = socket.socketpair()
    pipes = {name: os.pipe() for name in ("stdout", "stderr", "result")}
    child = os.fork()
    if child == 0:
        be_guest(uid, folder, theirs, control, pipes)
    theirs.close()
    for _, write in pipes.values():
        os.close(write)
    drop_rights()
    conn, call = wait_for_call(listen())
    answer(conn, run(conn, call, child, control, {name: read for name, (read, _) in pipes.items()}, folder))
    os._exit(0)


def prepare_folder(uid):
    """The one folder that the code can write to: in memory where there is a file system for that, since its size is bounded."""
    for shared in SHARED_FOLDERS:
        try:
            os.chmod(shared, 0o755)
        except OSError as error:
            if error.errno not in (errno.ENOENT, errno.EROFS):
                raise
    parent = "/dev/shm" if os.path.ismount("/dev/shm") else "/work"
    folder = os.path.join(parent, "call")
    os.mkdir(folder, 0o700)
    os.chown(folder, uid, RUNNER_UID)
    os.chmod(folder, 0o2750)  # what lies in it belongs to the runner's group: it collects the files
    return folder


def be_guest(uid, folder, theirs, control, pipes):
    try:
        control.close()
        for read, _ in pipes.values():
            os.close(read)
        null = os.open("/dev/null", os.O_RDONLY)
        os.dup2(null, 0)
        os.dup2(pipes["stdout"][1], 1)
        os.dup2(pipes["stderr"][1], 2)
        for fd in (null, pipes["stdout"][1], pipes["stderr"][1]):
            if fd > 2:
                os.close(fd)
        guest.strip(uid, folder, LIMITS)
        guest.serve(theirs.detach(), pipes["result"][1])
    finally:
        os._exit(70)


def drop_rights():
    os.setgroups([])
    os.setresgid(RUNNER_UID, RUNNER_UID, RUNNER_UID)
    os.setresuid(RUNNER_UID, RUNNER_UID, RUNNER_UID)


def listen():
    server = socket.socket(socket.AF_INET6 if socket.has_dualstack_ipv6() else socket.AF_INET)
    server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    if server.family == socket.AF_INET6:
        server.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
    server.bind(("", PORT))
    server.listen(16)
    return server


def wait_for_call(server):
    """The connection and the body of the first good `/run`. Ends the instance when the lease runs out."""
    until = time.monotonic() + LEASE_S
    while True:
        server.settimeout(max(0.01, until - time.monotonic()))
        try:
            conn, _ = server.accept()
        except TimeoutError:
            os._exit(0)
        conn.settimeout(5)
        try:
            path, body = read_request(conn)
            if path == "/lease":
                until = time.monotonic() + LEASE_S
                reply(conn, "204 No Content")
            elif path == "/run":
                call = checked(json.loads(body))
                server.close()
                return conn, call
            else:
                reply(conn, "404 Not Found")
        except Refused as refusal:
            reply(conn, "400 Bad Request", json.dumps({"refused": str(refusal)}).encode())
        except (OSError, ValueError, RecursionError):
            reply(conn, "400 Bad Request", b'{"refused": "the request could not be read"}')
        if time.monotonic() > until:
            os._exit(0)


class Refused(Exception):
    """The call is not run; the message says why."""


def read_request(conn):
    data = b""
    while b"\r\n\r\n" not in data:
        if len(data) > HEAD_BYTES:
            raise Refused("the head is too long")
        chunk = conn.recv(65_536)
        if not chunk:
            raise Refused("the request was cut short")
        data += chunk
    head, _, body = data.partition(b"\r\n\r\n")
    lines = head.decode("latin1").split("\r\n")
    method, path, _ = (lines[0].split(" ") + ["", ""])[:3]
    headers = {name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines[1:])}
    if method != "POST":
        raise Refused("only POST is taken")
    if "transfer-encoding" in headers or not headers.get("content-length", "0").isdigit():
        raise Refused("a length is needed")
    length = int(headers.get("content-length", "0"))
    if length > REQUEST_BYTES:
        raise Refused("the request is too large")
    parts = [body]
    missing = length - len(body)
    while missing > 0:
        chunk = conn.recv(min(1024 * 1024, missing))
        if not chunk:
            raise Refused("the request was cut short")
        parts.append(chunk)
        missing -= len(chunk)
    return path, b"".join(parts)[:length]


def checked(call):
    if not isinstance(call, dict) or call.get("v") != VERSION:
        raise Refused(f"this runner speaks version {VERSION}")
    if not isinstance(call.get("code"), str) or not isinstance(call.get("stdin", ""), str):
        raise Refused("`code` and `stdin` are texts")
    files = call.get("files", [])
    if not isinstance(files, list) or len(files) > FILES["most"]:
        raise Refused("`files` is a list of at most %d" % FILES["most"])
    for file in files:
        if not isinstance(file, dict) or not is_name(file.get("name")) or not isinstance(file.get("text", file.get("base64")), str):
            raise Refused("a file has a plain `name`, and `text` or `base64`")
    wall = call.get("wall_ms")
    if not isinstance(wall, (int, float)) or not 0 < wall <= LONGEST_WALL_MS:
        raise Refused("`wall_ms` is a time in milliseconds")
    given = call["input"] if "input" in call else None
    return {**call, "files": files, "stdin": call.get("stdin", ""), "input": given, "has_input": "input" in call}


def is_name(name):
    """One file, in the folder itself."""
    return isinstance(name, str) and 0 < len(name.encode("utf-8", "replace")) <= 120 and name not in (".", "..") and not set(name) & set("/\\\0")


def run(conn, call, child, control, reads, folder):
    """Hands the call to the guest and waits for what comes first: its end, a limit, or that nobody waits for the answer."""
    started = time.monotonic()
    until = started + call["wall_ms"] / 1000
    sent = {name: call[name] for name in ("code", "input", "has_input", "stdin", "files")}
    data = json.dumps(sent).encode()
    del sent
    try:
        control.sendall(struct.pack(">I", len(data)) + data)
        control.close()
    except OSError:
        return {"end": "crashed", "stdout": "", "stderr": "", "files": [], "ms": 0}
    got = {name: b"" for name in reads}
    most = {"stdout": STDOUT_BYTES, "stderr": STDERR_READ_BYTES, "result": RESULT_BYTES}
    count = dict.fromkeys(reads, 0)
    with selectors.DefaultSelector() as selector:
        for name, fd in reads.items():
            os.set_blocking(fd, False)
            selector.register(fd, selectors.EVENT_READ, name)
        process = os.pidfd_open(child)
        selector.register(process, selectors.EVENT_READ, "process")
        conn.setblocking(False)
        selector.register(conn, selectors.EVENT_READ, "caller")
        limit = None
        gone = False
        while limit is None:
            left = until - time.monotonic()
            if left <= 0:
                limit = None if gone else "time"
                break
            ready = selector.select(left)
            if gone and not ready:
                break
            for key, _ in ready:
                if key.data == "caller":
                    if is_over(conn):
                        os._exit(0)
                elif key.data == "process":
                    selector.unregister(process)
                    gone = True
                    until = min(until, time.monotonic() + DRAIN_S)
                else:
                    chunk = read_some(key.fd)
                    if chunk == b"":
                        selector.unregister(key.fd)
                    count[key.data] += len(chunk or b"")
                    if key.data != "stderr" or len(got["stderr"]) < STDERR_BYTES:
                        got[key.data] += chunk or b""
                    if count[key.data] > most[key.data]:
                        limit = "output"
            if gone and not any(key.data in reads for key in selector.get_map().values()):
                break
    end = end_of(limit, got["result"], child if gone else None)
    return {**end, **said(got), **collected(folder, call["files"]), "ms": round((time.monotonic() - started) * 1000)}


def read_some(fd):
    try:
        return os.read(fd, 65_536)
    except BlockingIOError:
        return None


def is_over(conn):
    """Nothing more may come on this connection: what comes is its end."""
    try:
        return conn.recv(1) == b""
    except BlockingIOError:
        return False
    except OSError:
        return True


def end_of(limit, result, child):
    if limit is not None:
        return {"end": limit}
    status = os.waitpid(child, os.WNOHANG)[1] if child else 0
    if result:
        return {"end": "told", "told": result.decode("utf-8", "replace")}
    if os.WIFSIGNALED(status):
        number = os.WTERMSIG(status)
        if number in (signal.SIGXCPU, signal.SIGKILL):
            return {"end": "cpu" if number == signal.SIGXCPU else "killed"}
        return {"end": "signal", "signal": number}
    return {"end": "exited", "code": os.WEXITSTATUS(status)}


def said(got):
    most = {"stdout": STDOUT_BYTES, "stderr": STDERR_BYTES}
    return {name: got[name][: most[name]].decode("utf-8", "replace") for name in most}


def collected(folder, given):
    """Files that the code made or changed in its folder, by name; links, folders and what is not a plain file are left out."""
    before = {file["name"]: base64.b64decode(file["base64"]) if "base64" in file else file["text"].encode() for file in given}
    files, total, left_out = [], 0, 0
    try:
        names = sorted(os.listdir(folder))
    except OSError:
        return {"files": [], "files_left_out": 0}
    for name in names:
        path = os.path.join(folder, name)
        try:
            fd = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
        except OSError:
            left_out += 1
            continue
        with os.fdopen(fd, "rb") as file:
            status = os.fstat(file.fileno())
            if not stat.S_ISREG(status.st_mode) or not is_name(name) or len(files) >= FILES["most"] or total + status.st_size > FILES["bytes"]:
                left_out += 1
                continue
            data = file.read(FILES["bytes"] - total + 1)
        if before.get(name) == data:
            continue
        total += len(data)
        if total > FILES["bytes"]:
            left_out += 1
            break
        try:
            files.append({"name": name, "text": data.decode("utf-8")})
        except UnicodeDecodeError:
            files.append({"name": name, "base64": base64.b64encode(data).decode()})
    return {"files": files, "files_left_out": left_out}


def answer(conn, told):
    conn.settimeout(30)
    reply(conn, "200 OK", json.dumps({"v": VERSION, **told}).encode())


def reply(conn, status, body=b""):
    head = f"HTTP/1.1 {status}\r\ncontent-type: application/json\r\ncontent-length: {len(body)}\r\nconnection: close\r\n\r\n"
    try:
        conn.sendall(head.encode() + body)
        conn.shutdown(socket.SHUT_WR)
        conn.close()
    except OSError:
        pass


if __name__ == "__main__":
    main()
