"""One command on many rows: from a page, a program and the command line; all or nothing and row by row; twice, and after a kill."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.test import Client

from enfilade.base.work.models import Case
from enfilade.core import many as bulk
from enfilade.core.command import REGISTRY, run_raw
from enfilade.core.context import Context, Invalid, NotAllowed, NotFound, OutcomeUnknown, Refusal
from enfilade.core.many import can_be_many, finish_bulk, run_many, work_on
from enfilade.core.models import AuditEntry, BulkRun, HeldCommand
from enfilade.core.scope import scope
from enfilade.core.testing import make_ctx

from .callers import Program, browser_of
from .test_cli import Line, line  # noqa: F401 - the fixture

pytestmark = pytest.mark.django_db

CLOSE = "work.close_case"
MANY = "/work/do/close_case/many/"


def open_cases(ctx: Context, number: int, **more: Any) -> list[int]:
    """Cases in the owner's hands."""
    made = [run_raw(ctx, "work.open_case", {"kind": "task", "title": f"Task {n}", **more}) for n in range(number)]
    return [case.pk for case in made]


def states(ctx: Context) -> list[str]:
    """The states of all cases, in the order of entry."""
    with scope(ctx.company_id):
        return list(Case.objects.visible_to(ctx).order_by("pk").values_list("state", flat=True))


def closings(ctx: Context) -> int:
    """How often a case was closed, by the audit."""
    with scope(ctx.company_id):
        return AuditEntry.objects.visible_to(ctx).filter(command=CLOSE).count()


def outcomes(run: BulkRun) -> dict[int, str]:
    """What became of each row."""
    return {had[0]: had[1] for had in run.report}


@pytest.fixture
def cases(owner: Context) -> list[int]:
    """Four cases, of which the second is closed already."""
    made = open_cases(owner, 4)
    run_raw(owner, CLOSE, {"case": made[1]})
    return made


def test_row_by_row_does_what_can_be_done(owner: Context, cases: list[int]) -> None:
    """The one that can't is refused with the sentence of its command; the others do not depend on it."""
    run = work_on(owner, run_many(owner, command=CLOSE, rows=[str(k) for k in cases], inputs={"outcome": "withdrawn"}).pk)
    assert (run.state, run.total_count, run.done_count, run.refused_count) == ("finished", 4, 3, 1)
    assert outcomes(run) == {cases[0]: "done", cases[1]: "refused", cases[2]: "done", cases[3]: "done"}
    assert run.report[1][2:4] == [
        "not_open_or_accepted_or_waiting_or_answered",
        "This case is closed; it has to be open or in work or waiting or answered for that.",
    ]
    assert states(owner) == ["closed"] * 4


def test_all_or_nothing_does_nothing_where_one_can_t(owner: Context, cases: list[int]) -> None:
    """The report names the one in the way and those that would have gone."""
    run = run_many(owner, command=CLOSE, rows=[f"work.case:{k}" for k in cases], whole=True)
    assert (run.state, run.done_count, run.refused_count) == ("finished", 0, 4)
    assert [had[2] for had in run.report] == [
        "others_refused",
        "not_open_or_accepted_or_waiting_or_answered",
        "others_refused",
        "others_refused",
    ]
    assert states(owner) == ["accepted", "closed", "accepted", "accepted"]
    assert closings(owner) == 1
    rest = [str(k) for k in cases if k != cases[1]]
    assert run_many(owner, command=CLOSE, rows=rest, whole=True).done_count == 3
    assert states(owner) == ["closed"] * 4


def test_a_rehearsal_reports_and_keeps_nothing(owner: Context, cases: list[int]) -> None:
    """Row by row or whole."""
    for whole, done in ((False, 3), (True, 0)):
        run = run_many(replace(owner, rehearse=True), command=CLOSE, rows=[str(k) for k in cases], whole=whole)
        assert (run.done_count, len(run.report)) == (done, 4)
    assert states(owner) == ["accepted", "closed", "accepted", "accepted"]
    with scope(owner.company_id):
        assert not BulkRun.objects.visible_to(owner).exists()


def test_a_run_that_was_cut_off_goes_on_and_does_nothing_twice(owner: Context, cases: list[int], monkeypatch: pytest.MonkeyPatch) -> None:
    """The commit of the third row could not be confirmed; the job takes the rest, and the same key starts no second run."""
    keyed = owner.with_key("many-1")
    run = run_many(keyed, command=CLOSE, rows=[str(k) for k in cases])
    real, calls = bulk.execute, []

    def cut_off(*args: Any, **inputs: Any) -> Any:
        calls.append(inputs)
        result = real(*args, **inputs)
        if len(calls) == 3:
            raise OutcomeUnknown
        return result

    monkeypatch.setattr(bulk, "execute", cut_off)
    with pytest.raises(OutcomeUnknown):
        work_on(owner, run.pk)
    monkeypatch.setattr(bulk, "execute", real)
    assert work_on(owner, run.pk).state == "running", "somebody may still be at it"
    monkeypatch.setattr(bulk, "LEFT_AFTER", bulk.timedelta(0))
    finish_bulk(company_id=owner.company_id, user_id=owner.user.pk, run_id=run.pk)
    assert run_many(keyed, command=CLOSE, rows=[str(k) for k in cases]).pk == run.pk
    done = bulk.bulk_run(owner, run.pk)
    assert (done.state, done.done_count, done.refused_count) == ("finished", 3, 1)
    assert closings(owner) == 4


def test_a_job_that_finds_the_run_in_other_hands_comes_again(owner: Context, cases: list[int]) -> None:
    """It fails, and is tried again later."""
    run = run_many(owner, command=CLOSE, rows=[str(cases[0])])
    with scope(owner.company_id):
        BulkRun.objects.filter(pk=run.pk).update(state="running", touched_at=owner.now)
    with pytest.raises(RuntimeError, match="is being worked on"):
        finish_bulk(company_id=owner.company_id, user_id=owner.user.pk, run_id=run.pk)
    assert states(owner)[0] == "accepted"


def test_a_run_stops_at_its_time_and_waits_for_the_job(owner: Context, cases: list[int]) -> None:
    """The page answers after a moment; what is left has its turn later."""
    run = work_on(owner, run_many(owner, command=CLOSE, rows=[str(k) for k in cases]).pk, seconds=0)
    assert (run.state, len(run.report)) == ("waiting", 1)
    assert (work_on(owner, run.pk).state, states(owner)) == ("finished", ["closed"] * 4)


def test_what_a_door_holds_is_held_row_by_row(owner: Context, cases: list[int]) -> None:
    """All or nothing takes it for a no; row by row, each waits at the door with its own inputs."""
    rule = {
        "command": CLOSE,
        "fact": "outcome",
        "op": "=",
        "value": "duplicate",
        "release_role": next(iter(owner.roles)),
        "sentence": "A duplicate is looked at.",
    }
    run_raw(owner, "doors.add_doorrule", rule)
    asked = {"command": CLOSE, "rows": [str(cases[0]), str(cases[2])], "inputs": {"outcome": "duplicate"}}
    whole = run_many(owner, **asked, whole=True)
    assert (whole.refused_count, {had[2] for had in whole.report}) == (2, {"would_be_held"})
    with scope(owner.company_id):
        assert not HeldCommand.objects.visible_to(owner).exists()
    run = work_on(owner, run_many(owner, **asked).pk)
    assert (run.held_count, run.done_count) == (2, 0)
    with scope(owner.company_id):
        held = list(HeldCommand.objects.visible_to(owner).order_by("pk"))
    assert [f"core.heldcommand:{h.pk}" for h in held] == [had[4] for had in run.report]
    assert [h.inputs["case"] for h in held] == [cases[0], cases[2]]


def test_what_is_wrong_for_every_row_is_refused_at_once(owner: Context, cases: list[int]) -> None:
    """No run is kept."""
    rows = [str(cases[0])]
    wrong: list[tuple[dict[str, Any], type[Refusal], str]] = [
        ({"rows": rows, "inputs": {"outcome": "nonsense"}}, Invalid, "inputs.outcome"),
        ({"rows": rows, "inputs": {"colour": "red"}}, Invalid, "inputs.colour"),
        ({"rows": rows, "inputs": {"case": 7}}, Invalid, "inputs.case"),
        ({"rows": ["billing.invoice:1"]}, Invalid, "rows"),
        ({"rows": ["one"]}, Invalid, "rows"),
        ({}, Invalid, "rows"),
        ({"rows": rows, "match": "*"}, Invalid, "rows"),
        ({"match": "state=nonsense"}, Invalid, "state"),
        ({"match": "title=Task"}, Invalid, "title"),
        ({"match": "state=waiting"}, Refusal, "match"),
        ({"rows": [str(n) for n in range(1, 1002)]}, Refusal, ""),
        ({"rows": [str(n) for n in range(1, 202)], "whole": True}, Refusal, "whole"),
    ]
    for inputs, kind, where in wrong:
        with pytest.raises(kind) as refused:
            run_many(owner, command=CLOSE, **inputs)
        assert refused.value.field == where, inputs
    with pytest.raises(Refusal, match="one record at a time"):
        run_many(owner, command="work.open_case", rows=rows)
    with pytest.raises(NotFound):
        run_many(owner, command="work.no_such", rows=rows)
    with scope(owner.company_id):
        assert not BulkRun.objects.visible_to(owner).exists()


def test_many_is_no_way_around_a_permission(owner: Context, stranger: Context, cases: list[int]) -> None:
    """Neither to the command nor to rows of another company, nor to another person's report."""
    clerk = make_ctx(owner.company, "core.run_many", "work.view_case")
    with pytest.raises(NotAllowed):
        run_many(clerk, command=CLOSE, rows=[str(cases[0])])
    blind = make_ctx(owner.company, "core.run_many", "work.close_case")
    with pytest.raises(NotAllowed):
        run_many(blind, command=CLOSE, match="*")
    theirs = work_on(stranger, run_many(stranger, command=CLOSE, rows=[str(k) for k in cases]).pk)
    assert (theirs.done_count, {had[3] for had in theirs.report}) == (0, {f"There is no case {k}." for k in cases})
    own = run_many(owner, command=CLOSE, rows=[str(cases[0])])
    assert browser_of(clerk).get(f"/bulk/{own.pk}/").status_code == 404
    assert browser_of(stranger).get(f"/bulk/{own.pk}/").status_code == 404
    assert browser_of(clerk).get(f"{MANY}?pk={cases[0]}").status_code == 403


def test_a_right_that_is_gone_ends_the_run(owner: Context, cases: list[int]) -> None:
    """What was started is not done with rights that somebody no longer has."""
    run = run_many(owner, command=CLOSE, rows=[str(k) for k in cases])
    less = replace(owner, permissions=frozenset({"core.run_many"}))
    done = work_on(less, run.pk)
    assert (done.state, done.done_count, {had[2] for had in done.report}) == ("finished", 0, {"not_allowed"})


def test_a_program_asks_for_many(owner: Context, program: Program, cases: list[int]) -> None:
    """200 with the report and where it is kept; 422 with the path of what is wrong."""
    body = {"command": CLOSE, "match": "state=accepted", "inputs": {"outcome": "settled"}}
    tried = program.post("bulk/?rehearse=1", body).json()
    assert (tried["done"], tried["id"], states(owner).count("closed")) == (3, None, 1)
    answer = program.post("bulk/", body, key="once")
    found = answer.json()
    assert (answer.status_code, found["state"], found["done"]) == (200, "finished", 3)
    assert {r["id"]: (r["outcome"], r["result"]) for r in found["rows"]} == {k: ("done", f"work.case:{k}") for k in cases if k != cases[1]}
    assert program.post("bulk/", body, key="once").json()["id"] == found["id"]
    assert program.get(answer["Location"].removeprefix("/api/v1/")).json()["done_count"] == 3
    assert program.post("bulk/", {"command": CLOSE, "rows": ["x"]}).json()["errors"][0]["field"] == "rows"


def test_a_list_offers_commands_for_its_chosen_rows(owner: Context, browser_page: Client, cases: list[int]) -> None:
    """The dialog asks once for what they share; the report names each row."""
    page = browser_page.get("/work/cases/?state=accepted").content.decode()
    assert f"{MANY}?state=accepted" in page
    assert 'name="pk" value=' in page
    dialog = browser_page.get(f"{MANY}?pk={cases[0]}&pk={cases[1]}", headers={"HX-Request": "true"}).content.decode()
    assert f'name="_rows" value="{cases[0]},{cases[1]}"' in dialog
    assert "Close: 2 cases" in dialog
    every = browser_page.get(f"{MANY}?state=accepted&all=1", headers={"HX-Request": "true"}).content.decode()
    assert f'name="_rows" value="{cases[0]},{cases[2]},{cases[3]}"' in every
    post = {"_rows": f"{cases[0]},{cases[1]}", "_key": "page-1", "outcome": "settled", "note": ""}
    preview = browser_page.post(MANY, {**post, "rehearse": "1"}, headers={"HX-Request": "true"}).content.decode()
    assert "nothing is saved yet" in preview
    assert states(owner).count("closed") == 1
    report = browser_page.post(MANY, post, headers={"HX-Request": "true"})
    text = report.content.decode()
    assert "1 done" in text
    assert "1 refused" in text
    assert "This case is closed" in text
    assert states(owner).count("closed") == 2
    assert "record-changed" in report["HX-Trigger"]


def test_a_dialog_without_rows_says_so(browser_page: Client) -> None:
    """On GET and when it is sent all the same."""
    assert "Choose some rows of the list first" in browser_page.get(MANY).content.decode()
    sent = browser_page.post(MANY, {"_rows": "", "_key": "k", "outcome": "settled"}, headers={"HX-Request": "true"})
    assert sent.status_code == 422


def test_a_change_of_many_leaves_what_is_not_given(owner: Context, browser_page: Client, cases: list[int]) -> None:
    """One field for all of them, every other field as it was in each."""
    url = "/work/do/change_case/many/"
    assert "As it is" in browser_page.get(f"{url}?pk={cases[0]}").content.decode()
    post = {"_rows": f"{cases[0]},{cases[2]}", "_key": "page-2", "priority": "high", "title": "", "kind": "", "party": ""}
    assert browser_page.post(url, post).status_code == 200
    with scope(owner.company_id):
        found = list(Case.objects.visible_to(owner).order_by("pk").values_list("title", "kind", "priority"))
    assert found == [("Task 0", "task", "high"), ("Task 1", "task", "normal"), ("Task 2", "task", "high"), ("Task 3", "task", "normal")]


def test_the_command_line_takes_many(line: Line, owner: Context, cases: list[int]) -> None:  # noqa: F811
    """Exit code 2 where a row was refused, with its sentence on standard error."""
    keys = ",".join(map(str, cases))
    tried = line("run", CLOSE, "--targets", keys, "--rehearse", "--json")
    assert (tried.code, tried.json["done"], states(owner).count("closed")) == (2, 3, 1)
    said = line("run", CLOSE, "--targets", keys, "--outcome", "withdrawn")
    assert (said.code, said.out) == (2, "3 of 4 done, 1 refused, 0 held.\n")
    assert f"{cases[1]} not_open_or_accepted_or_waiting_or_answered: This case is closed" in said.err
    again = line("run", "work.reopen_case", "--match", "state=closed", "--reason", "Too early", "--whole")
    assert (again.code, again.out) == (0, "4 of 4 done, 0 refused, 0 held.\n")
    assert line("run", CLOSE, "--case", "1", "--whole").code == 2


def test_what_can_be_done_to_many_needs_nothing_of_its_row() -> None:
    """Lines, files and values of the row ask for a form of their own."""
    assert can_be_many(REGISTRY["billing.issue_invoice"])
    assert can_be_many(REGISTRY["party.change_party"])
    assert not can_be_many(REGISTRY["billing.change_draft"])
    assert not can_be_many(REGISTRY["appointments.check_out"])
    assert not can_be_many(REGISTRY["work.open_case"])
