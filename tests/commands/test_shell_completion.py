"""What shells complete, asked as their scripts ask, and by a real bash."""

import shutil
import subprocess
import sys

import pytest

from support.program import environment, gradcli


@pytest.mark.parametrize("typed, at, offered", [
    ("gr", 1, "grad graph"), ("--style ", 2, "tutorial modern"), ("--style m", 2, "modern"), ("-q ev", 2, "eval"),
    ("-q --style modern grad x --errors s", 7, "short"), ("eval --color a", 3, "auto always"),
    ("grad x --format n", 4, "npy npz"), ("doc sigmoi", 2, "sigmoid"), ("explain G0402", 2, "G0402"),
    ("config i", 2, "init"), ("-q --stdin-form", 2, "--stdin-format"), ("repl --edit-mode ", 3, "emacs vi"),
    ("--install-completion ", 2, "bash zsh fish"), ("--show-completion p", 2, "powershell pwsh")])
def test_words_complete(typed, at, offered):
    outcome = gradcli(_GRADCLI_COMPLETE="complete_bash", COMP_WORDS=f"gradcli {typed}", COMP_CWORD=str(at))
    assert set(offered.split()) <= set(outcome.out.split()) and len(outcome.out.split()) < 6
    for shell in ("zsh", "fish"):
        outcome = gradcli(_GRADCLI_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_ARGS=f"gradcli {typed}",
                          _TYPER_COMPLETE_FISH_ACTION="get-args")
        assert all(word in outcome.out for word in offered.split())


def test_values_behind_a_sign_complete():
    """bash hands `--style=m` over as three words, zsh and fish as one, which is completed as a whole."""
    for typed, offered in (("--style=m", ["modern"]), ("eval --format=np", ["npy", "npz"]),
                           ("--style=modern --errors=s", ["short"]), ("--style=modern explai", ["explain"])):
        words = ["gradcli", *typed.replace("=", " = ").split()]
        told = gradcli(_GRADCLI_COMPLETE="complete_bash", COMP_WORDS="\n".join(words), COMP_CWORD=str(len(words) - 1))
        assert told.out.split() == offered, typed
        option = typed.rpartition(" ")[2].partition("=")[0] + "="
        for shell in ("zsh", "fish"):
            told = gradcli(_GRADCLI_COMPLETE=f"complete_{shell}", _TYPER_COMPLETE_ARGS=f"gradcli {typed}",
                           _TYPER_COMPLETE_FISH_ACTION="get-args")
            whole = [value if value == "explain" else option + value for value in offered]
            assert all(value in told.out for value in whole), (shell, typed, told)


@pytest.mark.parametrize("shell, mark", [("bash", "complete -o default -F"), ("zsh", "#compdef gradcli"),
                                         ("fish", "complete --command gradcli"),
                                         ("powershell", "Register-ArgumentCompleter")])
def test_each_shell_has_its_script(shell, mark):
    for words in (["--show-completion", shell], [f"--show-completion={shell}"], ["-q", "--show-completion", shell]):
        outcome = gradcli(*words)
        assert outcome.status == 0 and mark in outcome.out and "_GRADCLI_COMPLETE" in outcome.out
    refusal = gradcli("--show-completion", "tcsh")
    assert refusal.status == 2 and "one of bash, zsh, fish, powershell" in refusal.err


@pytest.mark.skipif(not shutil.which("bash"), reason="needs bash")
def test_a_real_bash_completes(tmp_path):
    program = tmp_path / "gradcli"
    program.write_text(f'#!/bin/sh\nexec {sys.executable} -m gradcli "$@"\n')
    program.chmod(0o755)
    (tmp_path / "complete.sh").write_text(gradcli("--show-completion", "bash").out)
    ask = (f"PATH={tmp_path}:$PATH; source {tmp_path}/complete.sh; COMP_WORDS=(gradcli eval --style mo); COMP_CWORD=3; "
           "_gradcli_completion gradcli; echo ${COMPREPLY[*]}; complete -p gradcli")
    process = subprocess.run(["bash", "--norc", "-c", ask], env=environment(), capture_output=True, text=True,
                             timeout=60)
    assert process.stdout.split("\n")[0] == "modern" and "-F _gradcli_completion gradcli" in process.stdout


@pytest.mark.parametrize("beginning, name", [
    ("torch.si", "torch.sin"), ("nn.Li", "nn.Linear"), ("Tensor.ba", "Tensor.backward"), ("sof", "softmax"),
    ("optim.S", "optim.SGD"), ("Var", "Variable"),
])
def test_dotted_names_of_doc_complete(beginning, name):
    from gradcli.reference.describe import complete_name

    assert name in complete_name(beginning)


def test_steps_inside_of_operations_are_not_offered():
    from gradcli.reference.describe import complete_name
    from gradcli.reference.operations import callable_names, list_operations

    assert "softmax_back" not in callable_names() and "softmax_back" not in list_operations(None)
    assert "softmax_back" not in complete_name("soft")
    assert {"sin", "nn.functional.relu"} <= callable_names().keys()
