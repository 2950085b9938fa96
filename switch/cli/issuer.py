"""``switch issuer serve``: run one simulated issuer."""

from __future__ import annotations

import json
from pathlib import Path

import click

from switch.cli.console.names import issuer_names, scenario_names
from switch.cli.console.options import PATH, data_option, specs_option
from switch.machine.stopping import Stop


@click.group()
def issuer() -> None:
    """Simulated issuers, one process each."""


@issuer.command()
@click.argument("issuer_id", metavar="ID", shell_complete=issuer_names)
@specs_option
@data_option
@click.option("--scenario", type=PATH, metavar="FILE", shell_complete=scenario_names, help="Scenario to play.")
@click.option("--seed", type=int, default=0, show_default=True, help="Seed of the approval codes.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    type=click.IntRange(0, 65535),
    default=None,
    help="Port to listen on instead of the specification's; 0 takes a free one.",
)
@click.option("--announce", is_flag=True, help="Print the port as JSON when listening, and end when standard input ends.")
@click.option("--of-centre", is_flag=True, help="Begin no book where the data folder has no journal of a centre.")
def serve(
    issuer_id: str,
    specs_folder: Path | None,
    data: Path,
    scenario: Path | None,
    seed: int,
    host: str,
    port: int | None,
    announce: bool,
    of_centre: bool,
) -> None:
    """Run the issuer ID of the specification until Ctrl+C or SIGTERM; it ends with 0 then."""
    stop = click.get_current_context().find_root().with_resource(Stop().by_signal())
    from switch.cli.console.run import run
    from switch.issuers.process.main import serve_issuer
    from switch.specs.load import load_scenario, load_specs, scenario_path

    specs = load_specs(specs_folder)
    chosen = load_scenario(scenario_path(scenario, specs), specs) if scenario else None

    def listening(address: str, bound_port: int) -> None:
        print(json.dumps({"port": bound_port}) if announce else f"{issuer_id} listens on {address}:{bound_port}", flush=True)

    async def serving() -> None:
        await serve_issuer(
            issuer_id,
            specs,
            data=data,
            scenario=chosen,
            seed=seed,
            host=host,
            port=port,
            leashed=announce,
            of_centre=of_centre,
            listening=listening,
            stop=stop,
        )

    run(serving, stop, read_by_people=not announce)
