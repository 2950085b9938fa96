"""A real standalone cluster of Spark on this machine: a master, two workers of one core, and Spark Connect, all on loopback.

``python -m tests.engines.spark.cluster`` starts it, prints its address, and stops all of it on Ctrl-C or SIGTERM. It needs
Java 17 or later, and pyspark in ``.spark-outside`` (``make cluster`` brings it), which the product does not.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from attrs import Factory, define

ROOT: Final = Path(__file__).parents[3]
#: Has two folders of packages: ``server``, pyspark with Spark itself, and ``client``, pyspark-client.
OUTSIDE: Final = Path(os.environ.get("SWITCH_SPARK", ROOT / ".spark-outside"))
SERVER: Final = OUTSIDE / "server" / "pyspark"
CLIENT: Final = OUTSIDE / "client"
WORKERS: Final = 2
STARTED_WITHIN_S: Final = 180  #: on a machine that has much else to do
_LOOK_EVERY_S: Final = 0.1

#: So that kill -9 of this process leaves none of them.
_ENDED_WITH_US: Final = ("setpriv", "--pdeathsig", "KILL") if shutil.which("setpriv") else ()
_DEPLOY: Final = "org.apache.spark.deploy"
_CONNECT: Final = "org.apache.spark.sql.connect.service.SparkConnectServer"
#: Machines of Java that live for minutes: what they compile is to be ready soon rather than fast.
_SHORT_LIVED: Final = "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
#: Nothing in the logs but faults, and where the processes listen.
_LOGGING: Final = """
rootLogger.level = warn
rootLogger.appenderRef.out.ref = out
appender.out.type = Console
appender.out.name = out
appender.out.target = SYSTEM_ERR
appender.out.layout.type = PatternLayout
appender.out.layout.pattern = %p %c{1}: %m%n%ex
logger.deploy.name = org.apache.spark.deploy
logger.deploy.level = info
logger.connect.name = org.apache.spark.sql.connect.service.SparkConnectServer
logger.connect.level = info
"""
_SETTINGS: Final = {
    "spark.driver.host": "127.0.0.1",
    "spark.driver.bindAddress": "127.0.0.1",
    "spark.executor.memory": "768m",
    "spark.executor.extraJavaOptions": _SHORT_LIVED,
    "spark.ui.enabled": "false",
    "spark.sql.shuffle.partitions": "2",
    "spark.connect.grpc.binding.address": "127.0.0.1",
    "spark.connect.grpc.binding.port": "0",
}


class ClusterError(Exception):
    """Why there is no cluster, in one sentence."""


@define
class Cluster:
    """The processes of a cluster, which is started once it has an address."""

    folder: Path
    address: str = ""  #: sc://host:port
    processes: dict[str, subprocess.Popen[bytes]] = Factory(dict)

    def start(self) -> None:
        """Start all of it. ClusterError where something is missing, dies or takes too long."""
        refuse_missing()
        (self.folder / "log4j2.properties").write_text(_LOGGING, encoding="utf-8")
        self._begin("master", f"{_DEPLOY}.master.Master", "--host", "127.0.0.1", "--port", "0", "--webui-port", "0")
        master = self._told("master", r"Starting Spark master at (spark://\S+)")
        workers = [f"worker{number}" for number in range(1, WORKERS + 1)]
        room = ("--host", "127.0.0.1", "--port", "0", "--webui-port", "0", "--cores", "1", "--memory", "1g")
        for worker in workers:
            self._begin(worker, f"{_DEPLOY}.worker.Worker", *room, master)
        settings = {**_SETTINGS, "spark.sql.warehouse.dir": str(self.folder / "warehouse")}
        words = [word for name, value in settings.items() for word in ("--conf", f"{name}={value}")]
        submit = ("--class", _CONNECT, "--master", master, *words, "spark-internal")
        self._begin("connect", f"{_DEPLOY}.SparkSubmit", *submit)
        for worker in workers:
            self._told(worker, r"Successfully registered with (master)")
        port = self._told("connect", r"Spark Connect server started at: \S*?:(\d+)")
        self.address = f"sc://127.0.0.1:{port}"

    def _begin(self, name: str, *words: str) -> None:
        environment = {key: value for key, value in os.environ.items() if not key.startswith(("SPARK_", "PYSPARK_"))}
        environment |= {
            "SPARK_HOME": str(SERVER),
            "SPARK_LOCAL_IP": "127.0.0.1",
            "SPARK_DAEMON_JAVA_OPTS": _SHORT_LIVED,
            "SPARK_DAEMON_MEMORY": "1g" if name == "connect" else "256m",  # heeded in place of spark.driver.memory
            "SPARK_WORKER_DIR": str(self.folder / "work"),
            "SPARK_LOCAL_DIRS": str(self.folder / "local"),
            "SPARK_CONF_DIR": str(self.folder),
        }
        with self._log(name).open("wb") as log:
            command = [*_ENDED_WITH_US, str(SERVER / "bin" / "spark-class"), *words]
            self.processes[name] = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=environment, start_new_session=True
            )

    def _log(self, name: str) -> Path:
        return self.folder / f"{name}.log"

    def _told(self, name: str, pattern: str) -> str:
        """What a process says in its log, once it does."""
        until = time.monotonic() + STARTED_WITHIN_S
        while (found := re.search(pattern, text := self._log(name).read_text(errors="replace"))) is None:
            if self.processes[name].poll() is not None or time.monotonic() > until:
                last = next((line for line in reversed(text.splitlines()) if line.strip()), "nothing")
                raise ClusterError(f"Spark's {name}: found {last!r} in its log, expected it to start")
            time.sleep(_LOOK_EVERY_S)
        return found[1]

    def stop(self) -> None:
        """Stop all of it, with what the workers started; nothing is left."""
        for process in reversed(self.processes.values()):
            with suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
        for process in self.processes.values():
            process.wait()


def refuse_missing() -> None:
    """ClusterError where Java or Spark is not installed."""
    home = os.environ.get("JAVA_HOME")
    if not (Path(home, "bin", "java").exists() if home else shutil.which("java")):
        raise ClusterError("java: found none, expected Java 17 or later (apt-get install openjdk-17-jre-headless brings it)")
    if not SERVER.is_dir():
        raise ClusterError(f"{SERVER}: found none, expected Spark (make cluster brings it)")


@contextmanager
def running() -> Iterator[Cluster]:
    """A cluster for as long as the block lasts. ClusterError where it does not start."""
    with tempfile.TemporaryDirectory(prefix="switch-spark-", ignore_cleanup_errors=True) as folder:
        cluster = Cluster(Path(folder))
        try:
            cluster.start()
            yield cluster
        finally:
            cluster.stop()


def main() -> int:
    """Run a cluster until somebody stops it."""
    done = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: done.set())
    try:
        with running() as cluster:
            print(f"Spark Connect at {cluster.address}: Ctrl-C stops it", flush=True)
            print(f"PYTHONPATH={CLIENT} switch day close --engine {cluster.address}", flush=True)
            while not done.wait(1):
                pass
    except ClusterError as error:
        print(f"cluster: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
