"""Configuration: flag > MBOSS_* > mboss.toml > default, and every fault named at once."""

from __future__ import annotations

from pathlib import Path

import pytest

from hub.config import load
from interfaces.failure import Failure


def written(folder: Path, text: str) -> Path:
    (folder / "mboss.toml").write_text(text, encoding="utf-8")
    return folder


def refusal(**flags: object) -> list[str]:
    with pytest.raises(Failure) as refused:
        load(**flags)  # type: ignore[arg-type]
    return [f"{error['path']}: {error['message']}" for error in refused.value.errors]


def test_defaults_live_under_the_data_folder(tmp_path: Path) -> None:
    config = load(tmp_path)
    assert config.db == f"sqlite:///{tmp_path}/hub.db"
    assert config.amqp == f"amqp+file://{tmp_path}/amqp.db"
    assert config.public_url == "http://127.0.0.1:8080"


def test_a_flag_beats_the_environment_which_beats_the_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, "port = 9001\n[limits]\nbody_bytes = 4096\n[worker]\nlease = 3.0\n")
    assert load(tmp_path).port == 9001
    monkeypatch.setenv("MBOSS_PORT", "9002")
    monkeypatch.setenv("MBOSS_LIMITS__BODY_BYTES", "2048")
    assert load(tmp_path).port == 9002
    assert load(tmp_path).limits.body_bytes == 2048
    assert load(tmp_path).worker.lease == 3.0
    assert load(tmp_path, port=9003).port == 9003


def test_a_peer_has_one_address_per_transport(tmp_path: Path) -> None:
    written(tmp_path, '[peers.97]\nurl = "http://127.0.0.1:1"\ntable = "sqlite:////x/97.db"\n')
    config = load(tmp_path)
    assert config.peer("97", "rest").address == "http://127.0.0.1:1"
    assert config.peer("97", "soap", "order97").address == "http://127.0.0.1:1/order97"
    assert config.peer("97", "table").address == "sqlite:////x/97.db"
    assert config.peer("BILL", "amqp").address == config.amqp
    assert config.peer("CRM", "local").address == f"sqlite:///{tmp_path}/crm.db"
    assert config.peer("NMS", "soap").address == ""


def test_an_address_with_a_path_is_taken_as_it_is() -> None:
    config = load(peers={"SPS": {"url": "http://127.0.0.1:1/ws/provision"}})
    assert config.peer("SPS", "soap", "sps-service").address == "http://127.0.0.1:1/ws/provision"


def test_the_environment_changes_one_field_of_a_peer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    written(tmp_path, '[peers.RM]\nurl = "http://127.0.0.1:1"\nspec = "rm-resource"\n')
    monkeypatch.setenv("MBOSS_PEERS__RM__URL", "http://127.0.0.1:2")
    peer = load(tmp_path).peers["RM"]
    assert (peer.address, peer.options["spec"]) == ("http://127.0.0.1:2", "rm-resource")


def test_a_secret_is_named_and_opened(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "word").write_text("from-a-file\n", encoding="utf-8")
    monkeypatch.setenv("RM_WORD", "from-the-environment")
    auth = {"RM": {"auth": "env:RM_WORD"}, "SPS": {"auth": f"file:{tmp_path}/word"}}
    peers = load(tmp_path, peers=auth).peers
    assert peers["RM"].options["auth"] == "from-the-environment"
    assert peers["SPS"].options["auth"] == "from-a-file"


@pytest.mark.parametrize(
    ("flags", "said"),
    [
        ({"peers": {"RM": {"auth": "plain"}}}, "peers: peers.RM.auth holds a secret in clear"),
        ({"peers": {"RM": {"auth": "env:NOT_THERE"}}}, "the environment has no NOT_THERE"),
        ({"peers": {"RM": {"auth": "file:/not/there"}}}, "secret file /not/there: No such file"),
        ({"peers": {"RM": {"adress": "x"}}}, "peers.RM: unknown adress; known: url"),
        ({"peers": {"RM": "http://x"}}, "peers.RM: expected a table with url"),
        ({"db": "postgresql://user:word@db/x"}, "holds a secret in clear; write env:NAME"),
        ({"host": "0.0.0.0"}, "callers must be authenticated"),
        ({"host": "example.cn"}, "is not an address of this machine"),
        ({"port": 99999}, "port: "),
        ({"portt": 1}, "portt: "),
        ({"worker": {"lease": 0}}, "worker.lease: "),
    ],
)
def test_what_is_wrong_is_refused_by_name(tmp_path: Path, flags: dict[str, object], said: str) -> None:
    assert said in "; ".join(refusal(data=tmp_path, **flags))


def test_all_faults_come_in_one_answer_and_no_secret_is_repeated(tmp_path: Path) -> None:
    faults = refusal(data=tmp_path, port=-1, host="10.0.0.1", peers={"RM": {"auth": "top-secret-word"}})
    assert len(faults) == 3
    assert "top-secret-word" not in str(faults)


def test_a_file_that_is_not_toml_is_refused(tmp_path: Path) -> None:
    written(tmp_path, "port = = 3")
    with pytest.raises(Failure, match="not TOML"):
        load(tmp_path)
