"""Two nodes behind a proxy on a primary with a synchronous standby: the day goes on when a node is lost, and when the primary is."""

from __future__ import annotations

import contextlib
import itertools
import json
import os
import random
import secrets
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import requests

from bench.endure.clients import Told, work_together
from bench.endure.compare import faults_of, jobs_left
from bench.endure.house import end, free_port, wait_until
from bench.endure.pair import Pair
from bench.endure.people import Ear, sign_in
from enfilade.site.home import prepare_home
from enfilade.site.serve import DATABASE
from tests.server import TEMPLATE, make_kept_cluster

PROXY_PATH = f"{os.environ.get('PATH', os.defpath)}:/usr/sbin:/usr/local/sbin"
CLIENTS = 6
PROXY = """
global
    maxconn 400
defaults
    mode http
    timeout connect 2s
    timeout client 60s
    timeout server 60s
    timeout http-request 5s
    option redispatch
    option forwardfor
    retries 3
    retry-on conn-failure
    default-server check inter 500 fall 2 rise 1 on-marked-down shutdown-sessions
frontend all
    bind 127.0.0.1:{port}
    http-request del-header X-Forwarded-For
    http-request set-header X-Forwarded-Proto http
    use_backend live if {{ path /events /mcp }} or {{ path_beg /mcp/ }}
    default_backend web
backend web
    balance roundrobin
    option http-buffer-request
    option httpchk
    http-check send meth GET uri /health/ready ver HTTP/1.1 hdr Host localhost
    http-response set-header X-Served-By %s
{web}
backend live
    balance roundrobin
    timeout server 1h
    option httpchk GET /health
    http-response set-header X-Served-By %s
{live}
"""


class Node:
    """One machine's worth of processes: pages, live updates, jobs. What ends by itself is started again, as a service manager does."""

    def __init__(self, name: str, env: dict[str, str], log: Path) -> None:
        self.name, self.log = name, log
        self.port, self.live_port = free_port(), free_port()
        metrics = log.with_name(f"metrics-{name}")
        metrics.mkdir()
        self.env = {**env, "PORT": str(self.port), "WEB_WORKERS": "1", "PROMETHEUS_MULTIPROC_DIR": str(metrics)}
        live = ("--interface", "asgi", "--host", "127.0.0.1", "--port", str(self.live_port), "--workers", "1", "--log-level", "warning")
        self.commands = {
            "web": ("enfilade.site.web",),
            "live": ("granian", *live, "--workers-kill-timeout", "1", "enfilade.site.live:application"),
            "worker": ("enfilade.site.manage", "procrastinate", "worker"),
        }
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self.restarts = 0

    def start(self) -> None:
        """Start what does not run."""
        for part, words in self.commands.items():
            running = self.processes.get(part)
            if running is None or running.poll() is not None:
                self.restarts += running is not None
                with self.log.open("ab") as log:
                    self.processes[part] = subprocess.Popen(
                        [sys.executable, "-m", *words], env=self.env, stdout=log, stderr=log, start_new_session=True
                    )

    def lose(self) -> None:
        """kill -9 everything of it."""
        for process in self.processes.values():
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, 9)
            process.wait()


class Farm:
    """The pair of servers, the nodes and the proxy."""

    def __init__(self, nodes: int = 2) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="enfilade-farm-"))
        self.folder.chmod(0o711)
        self.home, self.log = self.folder / "home", self.folder / "log"
        prepare_home(self.home)
        self.pair = Pair(self.folder)
        self.port = free_port()
        self.env = {
            **{name: value for name, value in os.environ.items() if name not in {"LIVE_PORT", "DJANGO_SETTINGS_MODULE"}},
            "DATABASE_URL": self.pair.url(DATABASE),
            "ENFILADE_HOME": str(self.home),
            "SECRET_KEY": secrets.token_urlsafe(48),
            "LIVE_URL": "/events",
            "TRUSTED_PROXIES": "127.0.0.1",
            "API_RATE_PER_MIN": "0",
            "ENFILADE_LOG": "json",
        }
        self.nodes = [Node(f"node{number}", self.env, self.log) for number in range(1, nodes + 1)]
        self.proxy: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where everybody comes in."""
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        """Start everything, and return when every node answers through the proxy."""
        self.pair.start(make_kept_cluster())
        self.pair.servers[0].rename_database(TEMPLATE, DATABASE)
        for node in self.nodes:
            node.start()
        configuration = self.folder / "haproxy.cfg"
        ports = {"web": "port", "live": "live_port"}
        servers = {
            part: "\n".join(f"    server {node.name} 127.0.0.1:{getattr(node, port)}" for node in self.nodes)
            for part, port in ports.items()
        }
        configuration.write_text(PROXY.format(port=self.port, **servers))
        program = shutil.which("haproxy", path=PROXY_PATH)
        if program is None:
            raise RuntimeError("There is no haproxy here: install the package haproxy.")
        with self.log.open("ab") as log:
            self.proxy = subprocess.Popen([program, "-db", "-f", str(configuration)], stdout=log, stderr=log, start_new_session=True)
        if not wait_until(lambda: self.answering() == {node.name for node in self.nodes}, 120):
            raise RuntimeError(f"The nodes did not come up:\n{self.log.read_text(errors='replace')[-3000:]}")

    def answering(self) -> set[str]:
        """The nodes that two rounds of calls through the proxy reach."""
        found = set()
        for _ in range(2 * len(self.nodes)):
            with contextlib.suppress(requests.RequestException):
                answer = requests.get(f"{self.address}/sign-in/", timeout=10)
                found |= {answer.headers.get("X-Served-By", "")} if answer.ok else set()
        return found

    def run(self, module: str, *words: str) -> str:
        """What a module of ours prints on this database."""
        done = subprocess.run([sys.executable, "-m", module, *words], env=self.env, capture_output=True, text=True, check=False)
        if done.returncode not in {0, 1}:
            raise RuntimeError(f"{module} failed:\n{done.stdout}{done.stderr}")
        return done.stdout

    def remove(self) -> None:
        """End everything and forget it."""
        for node in self.nodes:
            node.lose()
        if self.proxy:
            end(self.proxy.pid)
            self.proxy.wait()
        self.pair.stop()
        shutil.rmtree(self.folder, ignore_errors=True)


def served_by(farm: Farm, session: requests.Session, path: str) -> set[str]:
    """The nodes that gave this person this page."""
    answers = [session.get(f"{farm.address}{path}", timeout=30, allow_redirects=False) for _ in range(2 * len(farm.nodes))]
    return {answer.headers["X-Served-By"] for answer in answers if answer.status_code == 200}


def run(farm: Farm, *, commands: int, seed: int, settle_s: int = 240) -> list[str]:
    """A day of commands through the proxy; a third into it a node is lost, two thirds into it the primary. Prints what happened."""
    company = json.loads(farm.run("bench.endure.found", "Farm").splitlines()[-1])
    session = sign_in(farm.address, company["logins"][1], company["password"])
    everybody = {node.name for node in farm.nodes}
    faults = [f"the session is not known to {name}" for name in sorted(everybody - served_by(farm, session, "/party/parties/"))]
    ears = {node.name: Ear(f"http://127.0.0.1:{node.live_port}/events", session) for node in farm.nodes}
    told, began = Told(), time.monotonic()
    gaps: dict[str, float] = {}
    threads = work_together(told, lambda: farm.address, company, "farm", clients=CLIENTS, commands=commands, seed=seed)
    dice, last = random.Random(seed), farm.nodes[-1]
    for share, what, strike in ((1, "node", last.lose), (2, "primary", farm.pair.lose_primary)):
        moment = commands * share // 3 + dice.randrange(10)
        wait_for(farm, told, threads, moment, lost=what == "primary")
        if what == "node":
            faults += [f"{name} told of no live update" for name, ear in ears.items() if not ear.heard]
        else:
            ears[farm.nodes[0].name].heard = 0
        strike()
        done, since = len(told.done), time.monotonic()
        wait_for(farm, told, threads, done + CLIENTS, lost=True)
        gaps[what] = time.monotonic() - since
    wait_for(farm, told, threads, commands, lost=True)
    for thread in threads:
        thread.join()
    worked_s = time.monotonic() - began
    if not wait_until(lambda: ears[farm.nodes[0].name].heard, 30):
        faults.append("no live update came after the standby was promoted")
    for ear in ears.values():
        ear.closed = True
    last.start()
    if not wait_until(lambda: farm.answering() == everybody, 120):
        faults.append("the lost node did not come back")
    faults += [f"the session is not known to {name} any more" for name in sorted(everybody - served_by(farm, session, "/party/parties/"))]
    faults += [*told.faults, *judge(farm, told, company, settle_s)]
    sys.stdout.write(
        f"{len(told.done)} acknowledged in {worked_s:.0f} s by the proxy; {sum(told.retries.values())} sent again; {CLIENTS} answers came "
        f"{gaps['node']:.1f} s after a node was lost and {gaps['primary']:.1f} s after the primary; {len(faults) or 'no'} faults\n"
    )
    for fault in faults[:20]:
        sys.stdout.write(f"  {fault}\n")
    return faults


def wait_for(farm: Farm, told: Told, threads: list[threading.Thread], number: int, *, lost: bool) -> None:
    """Wait for so many acknowledged commands; what ended by itself on a node that is not lost is started again meanwhile."""
    standing = farm.nodes[:-1] if lost else farm.nodes
    for turn in itertools.count():
        if len(told.done) >= number or not any(thread.is_alive() for thread in threads):
            return
        if turn % 50 == 0:
            for node in standing:
                node.start()
        time.sleep(0.01)


def judge(farm: Farm, told: Told, company: dict[str, Any], settle_s: int) -> list[str]:
    """What is wrong on the server that is left, once the jobs have come to their end."""
    faults = []
    with farm.pair.servers[1].connect(DATABASE) as connection:
        if settle_s and not wait_until(lambda: jobs_left(connection, company["company"]) == 0, settle_s):
            faults.append(f"{jobs_left(connection, company['company'])} jobs have not come to their end in {settle_s} s")
        faults += faults_of(connection, told, company["company"], "farm", farm.home / "mail", settled=settle_s > 0)
    found = json.loads(farm.run("enfilade.site.cli", "verify", "--json"))["findings"]
    return faults + [f"verify: {f['code']} {f['ref']}: {f['sentence']}" for f in found]
