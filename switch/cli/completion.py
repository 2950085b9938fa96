"""``switch completion``: the script that lets a shell complete verbs and options."""

from __future__ import annotations

import click

from switch.cli.command.help import Verb


@click.command(cls=Verb)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]), metavar="SHELL")
def completion(shell: str) -> None:
    """Print the completion script of a shell: bash, zsh or fish.

    \b
    # bash: a line for ~/.bashrc
    eval "$(switch completion bash)"
    # zsh: a line for ~/.zshrc, behind compinit
    eval "$(switch completion zsh)"
    # fish: to be typed once
    switch completion fish > ~/.config/fish/completions/switch.fish
    """
    from click.shell_completion import get_completion_class

    from switch.cli import cli

    kind = get_completion_class(shell)
    assert kind is not None
    click.echo(kind(cli, {}, "switch", "_SWITCH_COMPLETE").source())
