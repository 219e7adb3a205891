"""A `llama-server` for tests: it takes the options that kotae gives one, and runs the llama.cpp of xllamacpp.

python -m tests.llama_stand_in --version
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import threading
from importlib.metadata import version
from pathlib import Path

from tests.samples import REPOSITORY


def write_stand_in(path: Path) -> str:
    """Write an executable that runs this module; return its path."""
    command = f"{shlex.quote(sys.executable)} -m tests.llama_stand_in"
    return write_executable(path, f'PYTHONPATH={shlex.quote(str(REPOSITORY))} exec {command} "$@"')


def write_executable(path: Path, script: str) -> str:
    """Write a shell script that can be run; return its path."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return str(path)


def main() -> None:
    """Do what llama-server does."""
    import xllamacpp

    if sys.argv[1:] == ["--version"]:
        print(f"version: {version('xllamacpp')} (stand-in)\nbuilt with a compiler for tests")
        return
    options = _options()
    if options.lv:
        print(f"0.00 I system_info: n_threads = 1 / 1 | {xllamacpp.get_system_info()}", flush=True)
    params = xllamacpp.CommonParams()
    params.model.path, params.hostnames, params.api_keys = options.m, [options.host], [os.environ["LLAMA_API_KEY"]]
    params.n_ctx, params.n_parallel = options.c, options.np
    params.cpuparams.n_threads, params.cpuparams_batch.n_threads = options.t, options.tb
    params.warmup, params.ui, params.endpoint_slots = not options.no_warmup, not options.no_webui, not options.no_slots
    params.cache_ram_mib = options.cache_ram
    params.fit_params = False
    try:
        server = xllamacpp.Server(params)
    except RuntimeError as error:
        sys.exit(f"failed to load model: {error}")
    print(server.listening_address, flush=True)
    threading.Event().wait()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    for name in ("-m", "--host"):
        parser.add_argument(name)
    for name in ("-c", "-np", "-t", "-tb", "-lv", "--poll", "--cache-ram"):
        parser.add_argument(name, type=int, default=0)
    for name in ("--offline", "--no-warmup", "--no-webui", "--no-slots"):
        parser.add_argument(name, action="store_true")
    return parser.parse_args()


if __name__ == "__main__":
    main()
